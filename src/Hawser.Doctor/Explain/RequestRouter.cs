using System.Globalization;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Protocols.Http1;

namespace Hawser.Doctor.Explain;

/// <summary>
/// Walks imagined requests through a configuration, in nginx's order: listener → server → its rewrites → location → its rewrites → access →
/// content. The numbers are those of the gateway's path of a request.
/// </summary>
public sealed class RequestRouter
{
    private readonly MainConfig _config;
    private readonly DoctorTarget _target;
    private readonly SearchBook _searches = new();
    private readonly RegexBook _regexes = new();
    private readonly Func<ServerConfig, ListenConfig, bool> _isTls;

    /// <param name="isTls">Whether an address of a server speaks TLS.</param>
    public RequestRouter(MainConfig config, DoctorTarget? target = null, Func<ServerConfig, ListenConfig, bool>? isTls = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _target = target ?? DoctorTarget.Nginx;
        _isTls = isTls ?? (static (_, listen) => listen.Span is { } span && HasWord(span.Text, "ssl"));
    }

    /// <summary>The location that a URL leads to, by the path alone: no directive is run. Null when none does.</summary>
    public LocationConfig? FindLocation(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return ExplainRequest.Parse(url.OriginalString, []) is { } request && Begin(request) is { } imagined ? _searches.Find(imagined, null).Location : null;
    }

    /// <summary>The location of a path in a server.</summary>
    public LocationMatch<LocationConfig> FindLocation(ServerConfig server, string path, ICollection<LocationStep<LocationConfig>>? steps = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        var request = new ExplainRequest { Scheme = "ws", Authority = "localhost", Host = "localhost", Port = 80, Target = path };
        return _searches.Find(NewRequest(request, server), steps);
    }

    /// <summary>The server that a URL reaches; null when nothing listens.</summary>
    public ServerConfig? FindServer(ExplainRequest request) => Begin(request)?.Server;

    /// <summary>The value that a template has for a handshake that reaches a location; null when only a real request would tell.</summary>
    internal string? ValueFor(ConfigScope scope, Configuration.Templates.Template template, bool handshake)
    {
        ServerConfig? server = null;
        for (ConfigScope? at = scope; at is not null && server is null; at = at.Parent) server = at as ServerConfig;
        if (server is null) return null;
        ExplainRequest request = ExplainRequest.Parse(handshake ? "ws://localhost/" : "http://localhost/", [])!;
        ImaginedRequest imagined = NewRequest(request, server);
        if (!imagined.TryReadHead(RequestHeadOptions.Default, ignoreInvalid: true)) return null;
        imagined.Scope = scope;
        string value = imagined.Evaluate(template);
        return imagined.Unknown.Count == 0 ? value : null;
    }

    /// <summary>Walks a request and notes what decided.</summary>
    public Explanation Explain(ExplainRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Begin(request) is not { } imagined)
        {
            var step = new ExplainStep("listener.none", null, [("port", request.Port.ToString(CultureInfo.InvariantCulture)), ("ports", Ports())]);
            return new Explanation { Steps = [step], Verdict = ExplainVerdict.NothingListens };
        }
        return new RequestWalk(imagined, _searches, _target).Run();
    }

    // 1 accept · 3 server
    private ImaginedRequest? Begin(ExplainRequest request)
    {
        if (_config.Http is not { } http) return null;
        if (SearchBook.ListenerFor(http.Listeners, request.Host, request.Port) is not { } listener) return null;
        ImaginedRequest imagined = NewRequest(request, listener.Default);
        imagined.Listen = listener.Listen;
        imagined.Note("listener", listener.Listen.Span, ("address", listener.Listen.DisplayAddress));
        RequestHeadOptions options = ImaginedRequest.OptionsOf(listener.Default);
        imagined.IsBadRequest = !imagined.TryReadHead(options, listener.Default.Get(Known.IgnoreInvalidHeaders));
        if (imagined.IsBadRequest) return imagined;
        ChooseServer(imagined, listener);
        imagined.IsTls = listener.Servers.Any(s => s.Listens.Any(l => l.Port == listener.Listen.Port && _isTls(s, l)));
        imagined.IsBadRequest = !imagined.TryTakeTarget(options, imagined.Server.Get(Known.MergeSlashes));
        return imagined;
    }

    private void ChooseServer(ImaginedRequest imagined, ListenerConfig listener)
    {
        var matcher = new ImaginedMatcher(imagined);
        ServerConfig server = _searches.NamesOf(listener).Find(ref matcher, Encoding.Latin1.GetBytes(imagined.Host));
        imagined.Server = server;
        imagined.Scope = server;
        bool byName = server.Names.Any(n => n.Kind != ServerNameKind.Exact || n.Text == imagined.Host) && !ReferenceEquals(server, listener.Default);
        bool named = byName || server.Names.Any(n => n.Kind == ServerNameKind.Exact && n.Text == imagined.Host);
        string key = named ? "server.name" : listener.Servers.Length == 1 ? "server.only" : "server.default";
        imagined.Note(key, server.Span, ("host", imagined.Host), ("server", server.PrimaryName));
    }

    private ImaginedRequest NewRequest(ExplainRequest request, ServerConfig server) => new(request, _regexes, _config.Http!.Maps)
    {
        Server = server,
        Scope = server,
        Uri = request.Target,
    };

    private string Ports() => _config.Http is { } http
        ? string.Join(", ", http.Listeners.Select(static l => l.Listen.Port.ToString(CultureInfo.InvariantCulture)).Distinct())
        : "";

    private static bool HasWord(ReadOnlySpan<char> text, string word)
    {
        foreach (Range range in text.SplitAny(' ', '\t', ';', '\n', '\r'))
        {
            if (text[range].SequenceEqual(word)) return true;
        }
        return false;
    }
}
