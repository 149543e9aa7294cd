using Hawser.Gateway.Exchange;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Filters;

/// <summary>
/// The parts of Content-Type as nginx sees them: only of an upstream's is the charset told apart; what the configuration says is taken
/// as it is.
/// </summary>
internal static class ContentTypeField
{
    /// <summary>The type without the charset.</summary>
    public static ReadOnlySpan<byte> TypeOf(ResponseHead head)
    {
        ReadOnlySpan<byte> value = head.ContentType.Span;
        if (head.MediaTypeLength > 0) return value[..head.MediaTypeLength];
        return head.HasUpstreamType && TryFindCharset(value, out int typeLength, out _) ? value[..typeLength] : value;
    }

    /// <summary>The charset that an upstream named; empty if none did.</summary>
    public static Range CharsetOf(ResponseHead head) =>
        head.HasUpstreamType && TryFindCharset(head.ContentType.Span, out _, out Range charset) ? charset : default;

    private static bool TryFindCharset(ReadOnlySpan<byte> value, out int typeLength, out Range charset)
    {
        for (int at = value.IndexOf((byte)';'); at >= 0 && at < value.Length;)
        {
            int name = at + 1;
            while (name < value.Length && value[name] == ' ') name++;
            if (AsciiText.StartsWithIgnoreCase(value[name..], "charset="u8))
            {
                int start = name + "charset=".Length;
                int end = value.Length;
                if (start < end && value[start] == '"') start++;
                if (end > start && value[end - 1] == '"') end--;
                typeLength = at;
                charset = start..end;
                return true;
            }
            int next = value[name..].IndexOf((byte)';');
            at = next < 0 ? -1 : name + next;
        }
        typeLength = value.Length;
        charset = default;
        return false;
    }
}
