namespace Hawser.Protocols.Http1;

/// <summary><c>if_modified_since</c>: how a client's date is compared with the one of the content.</summary>
public enum IfModifiedSinceMode : byte
{
    /// <summary>Not modified only if both are the same (nginx's default).</summary>
    Exact,

    /// <summary>Not modified if the content is not newer.</summary>
    Before,

    /// <summary>Always modified.</summary>
    Off,
}

/// <summary>The preconditions of a request (RFC 9110 §13) as nginx evaluates them against a 200 response.</summary>
public static class ConditionalRequest
{
    /// <summary>
    /// Whether the list in If-Match or If-None-Match holds <paramref name="etag"/>. "*" holds everything.
    /// </summary>
    /// <param name="list">The field's value.</param>
    /// <param name="etag">The response's ETag with quotes and <c>W/</c>; empty if it has none.</param>
    /// <param name="weak">
    /// Compare weakly, as If-None-Match does: <c>W/</c> on either side is ignored. If-Match compares strongly.
    /// </param>
    public static bool EntityTagMatches(ReadOnlySpan<byte> list, ReadOnlySpan<byte> etag, bool weak)
    {
        if (list.SequenceEqual("*"u8))
            return true;

        if (etag.IsEmpty)
            return false;

        if (weak && etag.Length > 2)
            etag = WithoutWeakMark(etag);

        while (!list.IsEmpty)
        {
            if (weak && list.Length > 2)
                list = WithoutWeakMark(list);

            if (list.StartsWith(etag))
            {
                list = list[etag.Length..].TrimStart(" \t"u8);
                if (list.IsEmpty || list[0] == ',')
                    return true;
            }

            var comma = list.IndexOf((byte)',');
            if (comma < 0)
                return false;

            list = list[comma..].TrimStart(" \t,"u8);
        }

        return false;
    }

    /// <summary>If-Modified-Since: whether the content must be sent.</summary>
    /// <param name="value">The field's value; an unreadable date is older than everything.</param>
    /// <param name="lastModified">The response's Last-Modified, Unix seconds; null if it has none.</param>
    /// <param name="mode"><c>if_modified_since</c>.</param>
    public static bool IsModifiedSince(ReadOnlySpan<byte> value, long? lastModified, IfModifiedSinceMode mode)
    {
        if (lastModified is not { } modified || mode == IfModifiedSinceMode.Off)
            return true;

        var since = ParseOrMinusOne(value);
        return since != modified && (mode == IfModifiedSinceMode.Exact || since < modified);
    }

    /// <summary>If-Unmodified-Since: whether the precondition holds. Without a Last-Modified it does not.</summary>
    public static bool IsUnmodifiedSince(ReadOnlySpan<byte> value, long? lastModified)
        => lastModified is { } modified && ParseOrMinusOne(value) >= modified;

    /// <summary>If-Range: whether the client's part is still of the current content, so that a range may be sent.</summary>
    /// <param name="value">The field's value: a quoted entity tag or a date.</param>
    /// <param name="etag">The response's ETag; empty if it has none.</param>
    /// <param name="lastModified">The response's Last-Modified, Unix seconds; null if it has none.</param>
    public static bool IfRangeHolds(ReadOnlySpan<byte> value, ReadOnlySpan<byte> etag, long? lastModified)
        => value.Length >= 2 && value[^1] == '"'
            ? value.SequenceEqual(etag)
            : lastModified is { } modified && ParseOrMinusOne(value) == modified;

    private static ReadOnlySpan<byte> WithoutWeakMark(ReadOnlySpan<byte> tag) => tag.StartsWith("W/"u8) ? tag[2..] : tag;

    private static long ParseOrMinusOne(ReadOnlySpan<byte> value) => HttpDate.TryParse(value, out var seconds) ? seconds : -1;
}
