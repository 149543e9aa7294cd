using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>Takes apart what configuration calls a URI: path and query.</summary>
internal static class UriParts
{
    /// <summary>Splits at the first question mark.</summary>
    /// <param name="path">What stands before it.</param>
    /// <param name="args">What stands behind it; empty without one.</param>
    public static void Split(ByteSlice uri, out ByteSlice path, out ByteSlice args)
    {
        int mark = uri.Span.IndexOf((byte)'?');
        path = mark < 0 ? uri : uri.Slice(0, mark);
        args = mark < 0 ? default : uri.Slice(mark + 1);
    }

    /// <summary>Puts a query behind a path, if there is one.</summary>
    public static ByteSlice Join(Arena arena, ByteSlice path, ByteSlice args)
    {
        if (args.IsEmpty) return path;
        Span<byte> room = arena.Allocate(path.Length + 1 + args.Length, out ByteSlice joined);
        path.Span.CopyTo(room);
        room[path.Length] = (byte)'?';
        args.Span.CopyTo(room[(path.Length + 1)..]);
        return joined;
    }

    /// <summary>A path as it may stand in a URI.</summary>
    public static ByteSlice Escape(Arena arena, ByteSlice path, UriEscape place = UriEscape.Uri)
    {
        if (!UriEscaping.NeedsEscaping(path.Span, place)) return path;
        Span<byte> room = arena.Allocate(UriEscaping.EscapedLength(path.Span, place), out ByteSlice escaped);
        UriEscaping.Escape(path.Span, place, room);
        return escaped;
    }

    /// <summary>The extension that <c>types</c> goes by, without the dot: nginx takes the last segment's, unless the dot begins the segment.</summary>
    public static ByteSlice Extension(ByteSlice path)
    {
        ReadOnlySpan<byte> bytes = path.Span;
        for (int i = bytes.Length - 1; i > 1; i--)
        {
            if (bytes[i] == '/') return default;
            if (bytes[i] == '.' && bytes[i - 1] != '/') return path.Slice(i + 1);
        }
        return default;
    }
}
