using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Reading;

/// <summary>A location (or an <c>if</c> in one) that is proxied, with what the rules ask about it.</summary>
internal sealed class ProxiedLocation
{
    public required LocationConfig Location { get; init; }

    /// <summary>The location with a path or expression that this is or belongs to.</summary>
    public required LocationConfig Named { get; init; }

    public required ServerConfig Server { get; init; }

    public required ProxyPassConfig Pass { get; init; }

    /// <summary>The directive <c>proxy_pass</c>.</summary>
    public required DirectiveNode PassNode { get; init; }

    /// <summary>The block; null for a file of single directives.</summary>
    public required DirectiveNode? Block { get; init; }

    public required WebSocketIntent Intent { get; init; }

    /// <summary>The URL of a known application's WebSocket, where that is all there is to go by; else empty.</summary>
    public (string Name, string Path)? Application { get; init; }

    /// <summary>Includes that are not there and could hold <c>proxy_set_header</c> for this location.</summary>
    public required DirectiveNode? MissingHeaders { get; init; }

    /// <summary>Includes that are not there and could hold any other setting of this location.</summary>
    public required DirectiveNode? MissingSettings { get; init; }

    /// <summary>The <c>proxy_set_header</c> in force.</summary>
    public ImmutableArray<ProxyHeaderConfig> Headers => Location.Get(Known.ProxySetHeader);

    /// <summary>WebSockets are meant to pass here, as far as can be told without knowing the application.</summary>
    public bool IsWebSocket => Intent >= WebSocketIntent.Name;

    /// <summary>Ordinary requests pass here too: nothing in the path says that it is for WebSockets alone.</summary>
    public bool IsShared => !WebSocketNames.IsStream(Named.Pattern);

    public bool IsPrefix => Named.MatchKind is LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex;

    /// <summary>As written: <c>location ~* /api/</c>.</summary>
    public string Title => Named.MatchKind switch
    {
        LocationMatchKind.Exact => $"location = {Named.Pattern}",
        LocationMatchKind.PrefixNoRegex => $"location ^~ {Named.Pattern}",
        LocationMatchKind.Regex => $"location ~ {Named.Pattern}",
        LocationMatchKind.RegexIgnoreCase => $"location ~* {Named.Pattern}",
        _ => $"location {Named.Pattern}",
    };

    /// <summary>The last <c>proxy_set_header</c> of a name that sends something, or the last one; null if there is none.</summary>
    public ProxyHeaderConfig? Header(string name)
    {
        ProxyHeaderConfig? found = null;
        foreach (ProxyHeaderConfig header in Headers)
        {
            if (!header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (found is null || header.Value.Source.Length != 0) found = header;
        }
        return found;
    }

    /// <summary>The block that sets the headers in force; null if none does.</summary>
    public ConfigScope? HeaderScope
    {
        get
        {
            for (ConfigScope? scope = Location; scope is not null; scope = scope.Parent)
            {
                if (scope.HasOwn(Known.ProxySetHeader)) return scope;
            }
            return null;
        }
    }
}
