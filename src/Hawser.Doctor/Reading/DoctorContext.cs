using System.Collections.Immutable;
using Hawser.Configuration;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Explain;

namespace Hawser.Doctor.Reading;

/// <summary>A configuration ready for the rules: text, tree, bound model, and what was found out about its proxied locations.</summary>
internal sealed class DoctorContext
{
    // Files whose content is known by name, or has nothing to say about proxying.
    private static readonly string[] s_harmless = ["mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "koi-utf", "koi-win", "win-utf"];

    private readonly DoctorFiles _files;
    private RequestRouter? _router;

    private DoctorContext(DoctorOptions options, ConfigurationInspection inspection, DoctorFiles files)
    {
        Options = options;
        Inspection = inspection;
        _files = files;
        Syntax = new SyntaxIndex(inspection.Directives);
        MissingIncludes = [.. Syntax.All.Where(IsMissingInclude)];
        IsTemplate = inspection.Files.Any(f => files.HiddenIn(f).Count > 0);
    }

    public DoctorOptions Options { get; }

    public ConfigurationInspection Inspection { get; }

    public SyntaxIndex Syntax { get; }

    public HttpConfig? Http => Inspection.Config.Http;

    /// <summary>The <c>include</c> directives whose files are not there and may hold what matters.</summary>
    public IReadOnlyList<DirectiveNode> MissingIncludes { get; }

    /// <summary>Whether any file is a template.</summary>
    public bool IsTemplate { get; }

    /// <summary>Every proxied location in the order of the file.</summary>
    public IReadOnlyList<ProxiedLocation> Proxied { get; private set; } = [];

    /// <summary>The proxied locations that WebSockets are meant to pass.</summary>
    public IEnumerable<ProxiedLocation> WebSocketLocations => Proxied.Where(static p => p.IsWebSocket);

    /// <summary>Those, or where there are none the locations of applications that are known to open WebSockets.</summary>
    public IEnumerable<ProxiedLocation> LikelyWebSocketLocations =>
        Proxied.Any(static p => p.IsWebSocket) ? WebSocketLocations : Proxied.Where(static p => p.Intent != WebSocketIntent.None);

    /// <summary>Routes imagined requests through this configuration.</summary>
    public RequestRouter Router => _router ??= new RequestRouter(Inspection.Config, Options.Target);

    /// <summary>Reads a configuration.</summary>
    /// <param name="changed">Texts in place of files on disk, by full path.</param>
    public static DoctorContext Read(DoctorOptions options, IReadOnlyDictionary<string, string>? changed)
    {
        string path = options.Files.GetFullPath(options.Path!, Environment.CurrentDirectory);
        var files = new DoctorFiles(options.Files, changed);
        ConfigurationInspection inspection = ConfigurationLoader.Inspect(new LoadOptions
        {
            Path = path,
            Prefix = path[..(path.LastIndexOf('/') + 1)],
            Files = files,
            FallbackIncludeDirectory = options.FallbackIncludeDirectory,
        });
        var context = new DoctorContext(options, inspection, files);
        context.Proxied = new LocationCollector(context).Collect();
        return context;
    }

    /// <summary>A span in the file as it is on disk.</summary>
    public SourceSpan Original(SourceSpan span) => span with { File = _files.OriginalOf(span.File) };

    /// <summary>The file as it is on disk.</summary>
    public SourceFile Original(SourceFile file) => _files.OriginalOf(file);

    /// <summary>Whether a stretch holds a template's placeholder: its value is not known.</summary>
    public bool IsHidden(SourceSpan span) => _files.IsHidden(span);

    /// <summary>Whether loops and conditions of a template decide what of a file there will be, and how often.</summary>
    public bool IsControlled(SourceFile file)
    {
        SourceFile original = Original(file);
        return _files.HiddenIn(file).Any(r => original.Text.AsSpan(r.Start).StartsWith("{%") || original.Text.AsSpan(r.Start).StartsWith("<%"));
    }

    /// <summary>The last word of a directive as it is on disk, for people: placeholders as they are.</summary>
    public string ValueText(SourceSpan directive) => Syntax.NodeAt(directive) is { Arguments: [.., var last] }
        ? Original(last.Span).Text.Trim("\"'").ToString()
        : "";

    /// <inheritdoc cref="DoctorFiles.HiddenIn"/>
    public IReadOnlyList<TemplateMask.Range> HiddenIn(SourceFile file) => _files.HiddenIn(file);

    /// <summary>Whether any of a server's addresses speaks TLS.</summary>
    public bool IsTls(ServerConfig server)
    {
        DirectiveNode? block = Syntax.NodeOf(server);
        foreach (DirectiveNode node in Syntax.ChildrenOf(block))
        {
            if (node.Name == "listen" && node.Arguments.Skip(1).Any(static a => a.Value is "ssl" or "quic")) return true;
            if (node.Name == "ssl" && node.Arguments is [{ Value: "on" }]) return true;
        }
        return false;
    }

    /// <summary>Whether any of a server's addresses is plain HTTP.</summary>
    public bool IsPlain(ServerConfig server)
    {
        DirectiveNode? block = Syntax.NodeOf(server);
        if (Syntax.Find(block, "ssl") is { Arguments: [{ Value: "on" }] }) return false;
        if (Inspection.Shape == ConfigurationShape.Server && Syntax.Find(block, "listen") is null) return false;
        bool hasListen = false;
        foreach (DirectiveNode node in Syntax.ChildrenOf(block))
        {
            if (node.Name != "listen") continue;
            hasListen = true;
            if (!node.Arguments.Skip(1).Any(static a => a.Value is "ssl" or "quic")) return true;
        }
        return !hasListen && block is not null;
    }

    /// <summary>A template's placeholder or an include that is not there decides about a directive of this location.</summary>
    public bool IsUncertain(ProxiedLocation location, string directive)
    {
        if (Syntax.FindInherited(location.Block, directive) is { } written)
            return IsHidden(written.Span);
        return (directive == "proxy_set_header" ? location.MissingHeaders : location.MissingSettings) is not null;
    }

    /// <summary>The first include in a block that is not there; null if there is none.</summary>
    public DirectiveNode? MissingIncludeIn(DirectiveNode? block) => MissingIncludes.FirstOrDefault(n => ReferenceEquals(Syntax.ParentOf(n), block));

    private bool IsMissingInclude(DirectiveNode node)
    {
        if (node.Name != "include" || node.Arguments is not [var path] || !node.Includes.IsEmpty) return false;
        string name = path.Value[(path.Value.LastIndexOf('/') + 1)..];
        return !s_harmless.Contains(name) && !path.Value.Contains("modules", StringComparison.Ordinal);
    }
}
