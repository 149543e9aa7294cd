using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>Whether there is a <c>charset_map</c> wherever a block asks for a conversion between two charsets that are both known.</summary>
internal static class CharsetChecks
{
    public static void Run(BindContext context, HttpConfig http)
    {
        foreach (ServerConfig server in http.Servers)
        {
            Check(context, http, server);
            CheckAll(context, http, server.Locations);
        }
    }

    private static void CheckAll(BindContext context, HttpConfig http, IReadOnlyList<LocationConfig> locations)
    {
        foreach (LocationConfig location in locations)
        {
            Check(context, http, location);
            CheckAll(context, http, location.Locations);
        }
    }

    private static void Check(BindContext context, HttpConfig http, ConfigScope scope)
    {
        // Those of the blocks around are complained about there.
        if (!scope.HasOwn(Known.Charset) && !scope.HasOwn(Known.SourceCharset) && scope is not ServerConfig)
            return;
        CharsetConfig target = scope.Get(Known.Charset);
        CharsetConfig source = scope.Get(Known.SourceCharset);
        if (ConstantOf(target) is not { } to || ConstantOf(source) is not { } from || Same(from, to))
            return;
        foreach (CharsetMapConfig map in http.Get(Known.CharsetMap))
        {
            if ((Same(map.Source, from) && Same(map.Target, to)) || (Same(map.Source, to) && Same(map.Target, from)))
                return;
        }
        if (target.Span is { } span)
        {
            // nginx knows no place any more when it notices.
            string message = $"no \"charset_map\" between the charsets \"{from}\" and \"{to}\"";
            const string Hint = "without source_charset, charset only adds its name to Content-Type";
            context.Session.Diagnostics.Add(new Diagnostic(Severity.Emergency, message, span, Hint) { Ordinal = context.Node.EndOrdinal });
        }
    }

    private static string? ConstantOf(CharsetConfig charset) => charset.Name is Template { IsConstant: true } name ? name.ConstantValue : null;

    private static bool Same(string first, string second) => first.Equals(second, StringComparison.OrdinalIgnoreCase);
}
