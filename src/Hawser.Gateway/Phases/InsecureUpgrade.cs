using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>
/// <c>websocket_upgrade_insecure</c>: a page that came over TLS and opens <c>ws://</c> or loads <c>http://</c> would be stopped by the browser as mixed
/// content. The policy makes the browser ask for <c>wss://</c> and <c>https://</c> instead (W3C Upgrade Insecure Requests).
/// </summary>
internal static class InsecureUpgrade
{
    private static readonly ByteSlice s_name = ByteSlice.FromLatin1("Content-Security-Policy");
    private static readonly ByteSlice s_policy = ByteSlice.FromLatin1("upgrade-insecure-requests");

    /// <summary>Adds the policy to an HTML answer on a TLS connection: to the policy that is there already, if there is one.</summary>
    public static void Apply(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (!exchange.Connection.IsEncrypted || !IsHtml(head.ContentType.Span)) return;
        int first = -1;
        for (int i = 0; i < head.Headers.Count; i++)
        {
            Header field = head.Headers.Fields[i];
            if (!System.Text.Ascii.EqualsIgnoreCase(field.Name.Span, s_name.Span)) continue;
            if (Contains(field.Value.Span)) return;
            if (first < 0) first = i;
        }
        if (first < 0)
        {
            head.Headers.Add(s_name, s_policy, KnownHeaders.Find(s_name.Span));
            return;
        }
        ReadOnlySpan<byte> present = head.Headers.Fields[first].Value.Span.TrimEnd(" ;"u8);
        ByteSlice joined = exchange.Arena.Concat(present, "; upgrade-insecure-requests"u8);
        head.Headers.SetValue(first, joined);
    }

    private static bool IsHtml(ReadOnlySpan<byte> type) =>
        type.Length >= 9 && System.Text.Ascii.EqualsIgnoreCase(type[..9], "text/html"u8) && (type.Length == 9 || type[9] is (byte)';' or (byte)' ');

    // Directives stand between semicolons, and their names have no case (CSP Level 3 §2.2.1).
    private static bool Contains(ReadOnlySpan<byte> policy)
    {
        foreach (Range range in policy.Split((byte)';'))
        {
            if (System.Text.Ascii.EqualsIgnoreCase(policy[range].Trim((byte)' '), s_policy.Span)) return true;
        }
        return false;
    }
}
