namespace Hawser.Protocols.Http1;

/// <summary>
/// The request target that a proxy sends upstream, by nginx's rule for <c>proxy_pass</c> with a URI part: the URI part stands in place of
/// what the location matched, the rest of the path is escaped again where it was decoded, and the query follows.
/// </summary>
/// <param name="uri">The URI part of <c>proxy_pass</c>; empty without one.</param>
/// <param name="path">The request's path as normalized or rewritten.</param>
/// <param name="args">The query without question mark.</param>
/// <param name="matched">How many bytes of the path the location's prefix is; 0 for a regex or named location.</param>
/// <param name="isPathOfLocation">The path is the one by which the location was found; after <c>rewrite … break</c> it is not.</param>
/// <param name="escapes">The path was decoded or changed, so that it must be escaped.</param>
public readonly ref struct UpstreamTarget(
    ReadOnlySpan<byte> uri, ReadOnlySpan<byte> path, ReadOnlySpan<byte> args, int matched, bool isPathOfLocation, bool escapes)
{
    private readonly ReadOnlySpan<byte> _prefix = isPathOfLocation ? uri : default;
    private readonly ReadOnlySpan<byte> _path = !uri.IsEmpty && isPathOfLocation ? path[Math.Min(matched, path.Length)..] : path;
    private readonly ReadOnlySpan<byte> _args = args;

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public int Length =>
        _prefix.Length + (escapes ? UriEscaping.EscapedLength(_path, UriEscape.Uri) : _path.Length) + (_args.IsEmpty ? 0 : 1 + _args.Length);

    /// <summary>Writes the target.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Length"/>.</exception>
    public void Write(Span<byte> destination)
    {
        _prefix.CopyTo(destination);
        destination = destination[_prefix.Length..];
        int written = _path.Length;
        if (escapes) written = UriEscaping.Escape(_path, UriEscape.Uri, destination);
        else _path.CopyTo(destination);
        if (_args.IsEmpty) return;
        destination[written] = (byte)'?';
        _args.CopyTo(destination[(written + 1)..]);
    }
}
