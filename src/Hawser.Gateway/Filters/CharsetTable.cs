using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hawser.Configuration.Model;

namespace Hawser.Gateway.Filters;

/// <summary>One direction of a <c>charset_map</c>.</summary>
internal abstract class CharsetTable
{
    /// <summary>The longest that one character becomes: <c>&amp;#1114111;</c>.</summary>
    protected const int LongestResult = 10;

    private const byte Unknown = (byte)'?';

    /// <summary>Whether the body's length changes.</summary>
    public virtual bool ChangesLength => true;

    /// <summary>Converts as much as there is room for.</summary>
    /// <returns>How many bytes of <paramref name="source"/> were used; at least one if there is room for ten.</returns>
    public abstract int Convert(ReadOnlySpan<byte> source, Span<byte> room, ref Pending pending, out int written);

    /// <summary>From the first charset of a map to the second.</summary>
    public static CharsetTable Forward(CharsetMapConfig map) => map.IsUtf8 ? new ToUtf8(map) : new SingleByte(map, isForward: true);

    /// <summary>From the second to the first.</summary>
    public static CharsetTable Backward(CharsetMapConfig map) => map.IsUtf8 ? new FromUtf8(map) : new SingleByte(map, isForward: false);

    /// <summary>The bytes of a character that a part of the body ended in.</summary>
    [InlineArray(4)]
    private struct Bytes
    {
        private byte _first;
    }

    /// <inheritdoc cref="Bytes"/>
    public struct Pending
    {
        private Bytes _bytes;

        public int Count { readonly get; set; }

        [UnscopedRef]
        public Span<byte> Room => _bytes;
    }

    private sealed class SingleByte : CharsetTable
    {
        private readonly byte[] _table = new byte[256];

        public SingleByte(CharsetMapConfig map, bool isForward)
        {
            for (int i = 0; i < _table.Length; i++) _table[i] = i < 128 ? (byte)i : Unknown;
            foreach (CharsetMapEntry entry in map.Entries)
            {
                if (isForward) _table[entry.Source] = entry.Target[0];
                else _table[entry.Target[0]] = entry.Source;
            }
        }

        public override bool ChangesLength => false;

        public override int Convert(ReadOnlySpan<byte> source, Span<byte> room, ref Pending pending, out int written)
        {
            written = Math.Min(source.Length, room.Length);
            for (int i = 0; i < written; i++) room[i] = _table[source[i]];
            return written;
        }
    }

    private sealed class ToUtf8 : CharsetTable
    {
        private readonly byte[][] _table = new byte[256][];

        public ToUtf8(CharsetMapConfig map)
        {
            for (int i = 0; i < _table.Length; i++) _table[i] = [i < 128 ? (byte)i : Unknown];
            foreach (CharsetMapEntry entry in map.Entries) _table[entry.Source] = [.. entry.Target];
        }

        public override int Convert(ReadOnlySpan<byte> source, Span<byte> room, ref Pending pending, out int written)
        {
            written = 0;
            for (int i = 0; i < source.Length; i++)
            {
                byte[] character = _table[source[i]];
                if (room.Length - written < character.Length) return i;
                character.CopyTo(room[written..]);
                written += character.Length;
            }
            return source.Length;
        }
    }

    private sealed class FromUtf8 : CharsetTable
    {
        // By the two bytes of a code point; pages without a character do not exist.
        private readonly byte[]?[] _pages = new byte[]?[256];

        public FromUtf8(CharsetMapConfig map)
        {
            byte[] ascii = _pages[0] = new byte[256];
            for (int i = 0; i < 128; i++) ascii[i] = (byte)i;
            foreach (CharsetMapEntry entry in map.Entries)
            {
                Utf8Character.Decode(entry.Target.AsSpan(), out int codePoint, out _);
                (_pages[codePoint >> 8] ??= new byte[256])[codePoint & 0xFF] = entry.Source;
            }
        }

        public override int Convert(ReadOnlySpan<byte> source, Span<byte> room, ref Pending pending, out int written)
        {
            written = 0;
            int at = 0;
            if (pending.Count > 0 && !TryFinish(source, room, ref pending, ref at, ref written)) return source.Length;
            while (at < source.Length)
            {
                if (room.Length - written < LongestResult) return at;
                if (source[at] < 0x80)
                {
                    room[written++] = source[at++];
                    continue;
                }
                Utf8Verdict verdict = Utf8Character.Decode(source[at..], out int codePoint, out int length);
                if (verdict == Utf8Verdict.Incomplete)
                {
                    source[at..].CopyTo(pending.Room);
                    pending.Count = source.Length - at;
                    return source.Length;
                }
                written += Put(room[written..], verdict, codePoint);
                at += length;
            }
            return at;
        }

        // False: the character still is not whole; all of the part was used for it.
        private bool TryFinish(ReadOnlySpan<byte> source, Span<byte> room, ref Pending pending, ref int at, ref int written)
        {
            int before = pending.Count;
            int taken = Math.Min(pending.Room.Length - before, source.Length);
            source[..taken].CopyTo(pending.Room[before..]);
            Utf8Verdict verdict = Utf8Character.Decode(pending.Room[..(before + taken)], out int codePoint, out int length);
            if (verdict == Utf8Verdict.Incomplete)
            {
                pending.Count = before + taken;
                return false;
            }
            written += Put(room, verdict, codePoint);
            at = Math.Max(length - before, 0);
            pending.Count = 0;
            return true;
        }

        private int Put(Span<byte> room, Utf8Verdict verdict, int codePoint)
        {
            if (verdict == Utf8Verdict.Invalid)
            {
                room[0] = Unknown;
                return 1;
            }
            if (codePoint < 0x10000 && _pages[codePoint >> 8] is { } page && page[codePoint & 0xFF] is not 0 and var known)
            {
                room[0] = known;
                return 1;
            }
            "&#"u8.CopyTo(room);
            Utf8Formatter.TryFormat(codePoint, room[2..], out int digits);
            room[2 + digits] = (byte)';';
            return digits + 3;
        }
    }
}
