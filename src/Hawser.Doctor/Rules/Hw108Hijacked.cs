using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Something answers before <c>proxy_pass</c> does, or instead of the backend.</summary>
internal sealed class Hw108Hijacked : Rule
{
    public override string Id => "HW108";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            if (proxied.Location.IsNameless) continue;
            CheckReturn(sink, proxied);
            CheckTryFiles(context, sink, proxied);
            if (proxied.IsWebSocket) CheckErrorPages(sink, proxied);
        }
    }

    private static void CheckReturn(FindingSink sink, ProxiedLocation proxied)
    {
        ReturnStep? answer = proxied.Location.Rewrite.OfType<ReturnStep>().FirstOrDefault() ?? proxied.Server.Rewrite.OfType<ReturnStep>().FirstOrDefault();
        if (answer is null) return;
        bool ofServer = !proxied.Location.Rewrite.Contains(answer);
        sink.Report(FindingSeverity.Error, answer.Span, ofServer ? "server" : "return", null, TextValue.OfBytes("location", proxied.Title),
            ("status", answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static void CheckTryFiles(DoctorContext context, FindingSink sink, ProxiedLocation proxied)
    {
        if (context.Syntax.Find(proxied.Block, "try_files") is not { } node || proxied.Block is null) return;
        sink.Report(proxied.IsWebSocket ? FindingSeverity.Error : FindingSeverity.Warning, node.Span, "try_files", null, TextValue.OfBytes("location", proxied.Title),
            ("status", ""));
    }

    // What a backend says against a handshake would be replaced with a page.
    private static void CheckErrorPages(FindingSink sink, ProxiedLocation proxied)
    {
        if (!proxied.Location.Get(Known.ProxyInterceptErrors)) return;
        foreach (ErrorPageConfig page in proxied.Location.Get(Known.ErrorPage))
        {
            if (page.Status is not (400 or 401 or 403 or 426)) continue;
            sink.Report(FindingSeverity.Hint, page.Span, "error_page", null, TextValue.OfBytes("location", proxied.Title),
                ("status", page.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }
}
