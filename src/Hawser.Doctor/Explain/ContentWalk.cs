using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;

namespace Hawser.Doctor.Explain;

/// <summary>What makes the answer of a request: <c>try_files</c>, a proxy, or a file.</summary>
internal sealed class ContentWalk(ImaginedRequest request, SearchBook searches)
{
    private ConfigScope Scope => request.Scope;

    public WalkOutcome Run()
    {
        if (Scope.Get(Known.TryFiles) is { } tryFiles && TryFiles(tryFiles) is { Kind: not WalkKind.Continue } outcome) return outcome;
        return Scope is LocationConfig && Scope.Get(Known.ProxyPass) is not null ? new WalkOutcome(WalkKind.Proxied) : File();
    }

    public static WalkOutcome ToNamed(ImaginedRequest request, SearchBook searches, string name)
    {
        if (searches.LocationsOf(request.Server).FindNamed(Encoding.Latin1.GetBytes(name)) is { } location)
            return new WalkOutcome(WalkKind.Named, Location: location);
        request.ChangesLeft--;
        return WalkOutcome.OfStatus(500);
    }

    public static (string Path, string Args) Split(string uri)
    {
        int mark = uri.IndexOf('?');
        return mark < 0 ? (uri, "") : (uri[..mark], uri[(mark + 1)..]);
    }

    private WalkOutcome TryFiles(TryFilesConfig config)
    {
        foreach (TryFile candidate in config.Files)
        {
            string name = NameOf(candidate.Path);
            string path = Root() + name;
            bool exists = candidate.IsDirectory ? Directory.Exists(path) : System.IO.File.Exists(path);
            request.Note(exists ? "try_files.found" : "try_files.missing", null, ("path", path));
            if (!exists) continue;
            if (ReplacedLength() is 0) request.Uri = name;
            else request.Uri = request.Uri[..ReplacedLength()] + name;
            return WalkOutcome.Continue;
        }
        if (config.Fallback is null) return WalkOutcome.OfStatus(config.Status);
        string to = NameOf(config.Fallback);
        request.Note("try_files.fallback", null, ("target", to));
        if (to.StartsWith('@')) return ToNamed(request, searches, to);
        (string location, string args) = Split(to);
        return WalkOutcome.Redirect(location, args);
    }

    private WalkOutcome File()
    {
        string path = Root() + request.Uri[Math.Min(ReplacedLength(), request.Uri.Length)..];
        request.Note("file", null, ("path", path));
        if (request.Uri.EndsWith('/')) return Index(path);
        if (System.IO.File.Exists(path)) return request.Method is "GET" or "HEAD" ? new WalkOutcome(WalkKind.File) : WalkOutcome.OfStatus(405);
        if (!Directory.Exists(path)) return WalkOutcome.OfStatus(404);
        string to = request.Uri + "/";
        return WalkOutcome.OfStatus(301) with { RedirectTarget = request.Args.Length == 0 ? to : $"{to}?{request.Args}" };
    }

    private WalkOutcome Index(string directory)
    {
        foreach (Template index in Scope.Get(Known.Index))
        {
            string name = request.Evaluate(index);
            if (name.StartsWith('/')) return WalkOutcome.Redirect(name, request.Args);
            if (System.IO.File.Exists(directory + name)) return WalkOutcome.Redirect(request.Uri + name, request.Args);
        }
        return WalkOutcome.OfStatus(Directory.Exists(directory) ? 403 : 404);
    }

    private string Root() => Scope.Get(Known.Root) is { } root ? request.Evaluate(root.Path) : "";

    // Bytes of the path that alias stands for.
    private int ReplacedLength()
    {
        if (Scope.Get(Known.Root) is not { IsAlias: true }) return 0;
        LocationConfig? location = Scope as LocationConfig;
        while (location is { IsNameless: true }) location = location.Parent as LocationConfig;
        return location is { Regex: null } ? location.Pattern.Length : request.Uri.Length;
    }

    private string NameOf(Template template)
    {
        string name = request.Evaluate(template);
        int replaced = ReplacedLength();
        bool cut = replaced > 0 && !template.IsConstant && name.Length >= replaced
            && request.Uri.StartsWith(name[..replaced], StringComparison.Ordinal);
        return cut ? name[replaced..] : name;
    }
}
