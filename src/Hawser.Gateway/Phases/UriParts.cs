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
    public static ByteSlice Join(Arena arena, ByteSlice path, ByteSlice args) => Append(arena, path, (byte)'?', args);

    /// <summary>Puts <paramref name="args"/>, if there are any, and a separator behind <paramref name="text"/>.</summary>
    public static ByteSlice Append(Arena arena, ByteSlice text, byte separator, ByteSlice args)
    {
        if (args.IsEmpty) return text;
        Span<byte> room = arena.Allocate(text.Length + 1 + args.Length, out ByteSlice joined);
        text.Span.CopyTo(room);
        room[text.Length] = separator;
        args.Span.CopyTo(room[(text.Length + 1)..]);
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

    /// <summary>Decodes what a redirect need not escape (<see cref="RedirectEscaping"/>).</summary>
    public static ByteSlice UnescapeRedirect(Arena arena, ByteSlice text)
    {
        if (!text.Span.Contains((byte)'%')) return text;
        Span<byte> room = arena.Allocate(text.Length, out ByteSlice unescaped);
        return unescaped.Slice(0, RedirectEscaping.Unescape(text.Span, room));
    }

    /// <summary>
    /// The extension that <c>types</c> goes by, without the dot: nginx takes the last segment's, unless the dot begins the segment.
    /// </summary>
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
