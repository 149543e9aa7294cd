using System.Buffers;

namespace Hawser.Doctor.Probes;

/// <summary>Fetches the page that opens the WebSocket and looks for addresses that a browser will not let it open.</summary>
internal static class PageProbe
{
    private const int MostScripts = 20;
    private const int MostBytes = 4 << 20;

    private static readonly SearchValues<char> s_ends = SearchValues.Create("\"'`<> \n\r\t)\\;");

    public static async Task RunAsync(Uri page, Action<ProbeStep> tell, TimeSpan timeout, CancellationToken cancellation)
    {
        // Whether its certificate is good is another step's question, of the WebSocket's own host.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var client = new HttpClient(handler) { Timeout = timeout, MaxResponseContentBufferSize = MostBytes };
        try
        {
            using HttpResponseMessage response = await client.GetAsync(page, cancellation);
            Uri final = response.RequestMessage?.RequestUri ?? page;
            string html = await response.Content.ReadAsStringAsync(cancellation);
            tell(new ProbeStep(ProbeResult.Passed, "page", ("page", final.OriginalString), ("status", ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture))));
            var found = new SortedSet<string>(StringComparer.Ordinal);
            Collect(html, found);
            foreach (Uri script in Scripts(html, final).Take(MostScripts)) Collect(await TextOfAsync(client, script, cancellation), found);
            Tell(final, found, tell);
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            tell(new ProbeStep(ProbeResult.Failed, "page.failed", ("page", page.OriginalString), ("why", failed.InnerException?.Message ?? failed.Message)));
        }
    }

    private static void Tell(Uri page, SortedSet<string> found, Action<ProbeStep> tell)
    {
        string[] plain = [.. found.Where(static u => u.StartsWith("ws://", StringComparison.Ordinal))];
        if (page.Scheme == "https" && plain.Length > 0)
            tell(new ProbeStep(ProbeResult.Failed, "page.mixed", ("page", page.OriginalString), ("url", string.Join(", ", plain.Take(3)))));
        else if (found.Count > 0)
            tell(new ProbeStep(ProbeResult.Passed, "page.opens", ("url", string.Join(", ", found.Take(3)))));
    }

    private static async Task<string> TextOfAsync(HttpClient client, Uri script, CancellationToken cancellation)
    {
        try
        {
            return await client.GetStringAsync(script, cancellation);
        }
        catch (HttpRequestException)
        {
            return ""; // a script that is gone opens nothing
        }
    }

    private static void Collect(string text, SortedSet<string> found)
    {
        foreach (string scheme in (ReadOnlySpan<string>)["ws://", "wss://"])
        {
            for (int at = text.IndexOf(scheme, StringComparison.Ordinal); at >= 0; at = text.IndexOf(scheme, at + scheme.Length, StringComparison.Ordinal))
            {
                int length = text.AsSpan(at).IndexOfAny(s_ends);
                string url = length < 0 ? text[at..] : text.Substring(at, length);
                if (url.Length > scheme.Length && url.Length < 200) found.Add(url);
            }
        }
    }

    private static IEnumerable<Uri> Scripts(string html, Uri page)
    {
        for (int at = html.IndexOf("<script", StringComparison.OrdinalIgnoreCase); at >= 0; at = html.IndexOf("<script", at + 7, StringComparison.OrdinalIgnoreCase))
        {
            int end = html.IndexOf('>', at);
            int source = end < 0 ? -1 : html.IndexOf("src=", at, end - at, StringComparison.OrdinalIgnoreCase);
            if (source < 0) continue;
            string value = html[(source + 4)..end].Trim('"', '\'', '/');
            int quote = html[(source + 4)..end].TrimStart('"', '\'').AsSpan().IndexOfAny("\"' ");
            if (quote >= 0) value = html[(source + 4)..end].TrimStart('"', '\'')[..quote];
            if (Uri.TryCreate(page, value, out Uri? script) && script.Host == page.Host) yield return script;
        }
    }
}
