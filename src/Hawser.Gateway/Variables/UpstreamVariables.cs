using System.Buffers.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>
/// What happened on the way to upstreams: one entry per attempt, joined with <c>, </c>, and with <c> : </c> where an internal
/// redirect began a new request (nginx: ngx_http_upstream.c).
/// </summary>
internal static class UpstreamVariables
{
    private const int MaximumEntry = ValueText.MaximumSeconds;

    /// <summary>Writes one attempt's entry (at most <see cref="MaximumEntry"/> bytes) and returns its length.</summary>
    private delegate int EntryWriter(in UpstreamAttempt attempt, Span<byte> text);

    public static void AddTo(VariableFamily family)
    {
        family.AddVolatile("upstream_addr", Address);
        family.AddVolatile("upstream_status", static e => Join(e, WriteStatus, e.Upstream.Count));
        family.AddVolatile("upstream_connect_time", static e => Join(e, WriteConnectTime, e.Upstream.Count));
        family.AddVolatile("upstream_header_time", static e => Join(e, WriteHeaderTime, e.Upstream.Count));
        // Without a cache they have no value in nginx either, and log formats name them all the same.
        family.Add("upstream_cache_status", static _ => VariableValue.NotFound);
        family.Add("upstream_cache_last_modified", static _ => VariableValue.NotFound);
        family.Add("upstream_cache_etag", static _ => VariableValue.NotFound);
        AddLate(family, "upstream_response_time", static (in UpstreamAttempt a, Span<byte> text) => WriteTime(a.ResponseTime, text));
        AddLate(family, "upstream_response_length", static (in UpstreamAttempt a, Span<byte> text) => WriteNumber(a.ResponseLength, text));
        AddLate(family, "upstream_bytes_received", static (in UpstreamAttempt a, Span<byte> text) => WriteNumber(a.BytesReceived, text));
        AddLate(family, "upstream_bytes_sent", static (in UpstreamAttempt a, Span<byte> text) => WriteNumber(a.BytesSent, text));
    }

    // When a tunnel begins, all attempts but the last one are history.
    private static void AddLate(VariableFamily family, string name, EntryWriter write) =>
        family.Add(name, new VariableDefinition(e => Join(e, write, e.Upstream.Count))
        {
            IsVolatile = true,
            IsLate = true,
            GetSettled = e => Join(e, write, e.Upstream.Count - 1),
        });

    private static int WriteStatus(in UpstreamAttempt attempt, Span<byte> text) =>
        attempt.Status == 0 ? WriteMissing(text) : WriteNumber(attempt.Status, text);

    private static int WriteConnectTime(in UpstreamAttempt attempt, Span<byte> text) => WriteTime(attempt.ConnectTime, text);

    private static int WriteHeaderTime(in UpstreamAttempt attempt, Span<byte> text) => WriteTime(attempt.HeaderTime, text);

    private static int WriteTime(long milliseconds, Span<byte> text) =>
        milliseconds < 0 ? WriteMissing(text) : ValueText.WriteSeconds(text, milliseconds);

    private static int WriteNumber(long value, Span<byte> text)
    {
        Utf8Formatter.TryFormat(value, text, out int length);
        return length;
    }

    private static int WriteMissing(Span<byte> text)
    {
        text[0] = (byte)'-';
        return 1;
    }

    /// <summary>The entries of the first <paramref name="count"/> attempts; when more follow, with the separator after them.</summary>
    private static VariableValue Join(HttpExchange exchange, EntryWriter write, int count)
    {
        if (count <= 0) return VariableValue.NotFound;
        ReadOnlySpan<UpstreamAttempt> attempts = exchange.Upstream.Attempts;
        Span<byte> room = exchange.Arena.Allocate(count * (MaximumEntry + 3), out ByteSlice all);
        int length = 0;
        for (int i = 0; i < count; i++)
        {
            length += write(in attempts[i], room[length..]);
            if (i + 1 < attempts.Length) length += WriteSeparator(in attempts[i + 1], room[length..]);
        }
        return all.Slice(0, length);
    }

    private static VariableValue Address(HttpExchange exchange)
    {
        ReadOnlySpan<UpstreamAttempt> attempts = exchange.Upstream.Attempts;
        if (attempts.IsEmpty) return VariableValue.NotFound;
        if (attempts.Length == 1) return attempts[0].Address;
        int bound = 0;
        foreach (ref readonly UpstreamAttempt attempt in attempts) bound += attempt.Address.Length + 3;
        Span<byte> room = exchange.Arena.Allocate(bound, out ByteSlice all);
        int length = 0;
        for (int i = 0; i < attempts.Length; i++)
        {
            if (i > 0) length += WriteSeparator(in attempts[i], room[length..]);
            attempts[i].Address.Span.CopyTo(room[length..]);
            length += attempts[i].Address.Length;
        }
        return all.Slice(0, length);
    }

    private static int WriteSeparator(in UpstreamAttempt next, Span<byte> text)
    {
        ReadOnlySpan<byte> separator = next.StartsNewRequest ? " : "u8 : ", "u8;
        separator.CopyTo(text);
        return separator.Length;
    }
}
