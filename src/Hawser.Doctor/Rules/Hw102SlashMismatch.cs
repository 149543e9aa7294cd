using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The location ends with a slash and the URI of its <c>proxy_pass</c> does not, or the other way round.</summary>
internal sealed class Hw102SlashMismatch : Rule
{
    public override string Id => "HW102";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            string prefix = proxied.Named.Pattern;
            string uri = proxied.Pass.Uri;
            if (!proxied.IsPrefix || proxied.Pass.IsDynamic || uri.Length == 0 || uri.Contains('?')) continue;
            if (context.IsHidden(proxied.PassNode.Span) || (proxied.Block is { } block && context.IsHidden(block.Span))) continue;
            if (prefix.EndsWith('/') == uri.EndsWith('/')) continue;
            Report(context, sink, proxied, prefix, uri);
        }
    }

    private static void Report(DoctorContext context, FindingSink sink, ProxiedLocation proxied, string prefix, string uri)
    {
        string request = prefix.EndsWith('/') ? prefix + "x" : prefix + "/x";
        if (context.Options.Url is { } url && url.AbsolutePath.StartsWith(prefix, StringComparison.Ordinal) && url.AbsolutePath.Length > prefix.Length)
            request = url.AbsolutePath;
        string received = uri + request[prefix.Length..];
        FindingSeverity severity = proxied.IsWebSocket ? FindingSeverity.Error : FindingSeverity.Warning;
        string variant = prefix.EndsWith('/') ? "glued" : "";
        string meant = prefix.EndsWith('/') || uri == "/" ? received.Replace("//", "/", StringComparison.Ordinal) : uri.TrimEnd('/') + request[prefix.Length..];
        if (variant == "glued") meant = uri + "/" + request[prefix.Length..];
        sink.Report(severity, proxied.PassNode.Span, variant, FixFor(proxied, prefix, uri), TextValue.OfBytes("location", proxied.Title),
            TextValue.OfBytes("uri", uri), TextValue.OfBytes("request", request), TextValue.OfBytes("received", received), TextValue.OfBytes("meant", meant));
    }

    private static Fix? FixFor(ProxiedLocation proxied, string prefix, string uri)
    {
        SourceSpan url = proxied.PassNode.Arguments[0].Span;
        if (!url.Text.TrimEnd("\"'").EndsWith(uri)) return null;
        int end = url.Start + url.Text.TrimEnd("\"'").Length;
        if (prefix.EndsWith('/')) return new Fix(new TextEdit(url.File.Path, end, 0, "/"));
        if (uri != "/") return new Fix(new TextEdit(url.File.Path, end - 1, 1, ""));
        // The slash alone strips the prefix: the location must end where the stripped part ends.
        if (proxied.Block?.Arguments is not [.., var path] || path.Quoted || proxied.Named.MatchKind == LocationMatchKind.Exact) return null;
        return new Fix(new TextEdit(path.Span.File.Path, path.Span.End, 0, "/"));
    }
}
