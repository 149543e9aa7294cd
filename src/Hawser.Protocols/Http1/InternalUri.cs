namespace Hawser.Protocols.Http1;

/// <summary>
/// A URI that did not come from a client's request line but from configuration or an upstream (internal redirects,
/// <c>X-Accel-Redirect</c>, <c>error_page</c>): percent-decoded once, never normalised, and refused if it could climb out
/// of its directory, as nginx's ngx_http_parse_unsafe_uri does. One case more is refused here: ".." right before the query
/// ("/a/..?b"), which nginx lets through.
/// </summary>
public static class InternalUri
{
    /// <summary>Checks <paramref name="uri"/> and splits it into path and query.</summary>
    /// <param name="uri">The URI; need not begin with a slash.</param>
    /// <param name="output">Receives the decoded path; must hold as many bytes as <paramref name="uri"/>.</param>
    /// <param name="pathLength">Bytes of the path in <paramref name="output"/>.</param>
    /// <param name="args">The query without question mark, as a range of <paramref name="uri"/>; empty if there is none.</param>
    /// <returns>
    /// False (nginx: "unsafe URI was detected"): it is empty or only a query, or it holds a NUL or a ".." segment, before or
    /// after decoding.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<byte> uri, Span<byte> output, out int pathLength, out ByteRange args)
    {
        pathLength = 0;
        args = default;

        var question = uri.IndexOf((byte)'?');
        var path = question < 0 ? uri : uri[..question];
        if (path.IsEmpty || IsUnsafe(path))
            return false;

        if (question >= 0)
            args = ByteRange.Between(question + 1, uri.Length);

        pathLength = UriEscaping.Unescape(path, output);
        return pathLength == path.Length || (pathLength > 0 && !IsUnsafe(output[..pathLength]));
    }

    private static bool IsUnsafe(ReadOnlySpan<byte> path)
        => path.Contains((byte)0) || path.SequenceEqual(".."u8) || path.StartsWith("../"u8) || path.EndsWith("/.."u8)
            || path.IndexOf("/../"u8) >= 0;
}
