using System.Buffers.Text;
using System.Text;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Logging;

/// <summary>Puts one line of the error log together on the stack. What does not fit is cut off, as nginx does, but for the end of the line.</summary>
internal ref struct LineBuilder(Span<byte> room)
{
    private readonly Span<byte> _room = room[..^1];
    private readonly Span<byte> _all = room;
    private int _length;

    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, _room.Length - _length)];
        bytes.CopyTo(_room[_length..]);
        _length += bytes.Length;
    }

    public void Add(ByteSlice bytes) => Add(bytes.Span);

    /// <summary>Adds text of which every character is one byte; others read as question marks.</summary>
    public void Add(string text)
    {
        ReadOnlySpan<char> fitting = text.AsSpan(0, Math.Min(text.Length, _room.Length - _length));
        _length += Encoding.Latin1.GetBytes(fitting, _room[_length..]);
    }

    public void Add(long number)
    {
        if (Utf8Formatter.TryFormat(number, _room[_length..], out int written)) _length += written;
    }

    /// <summary>The line with its end. Nothing can be added afterwards.</summary>
    public readonly ReadOnlySpan<byte> Finish()
    {
        _all[_length] = (byte)'\n';
        return _all[..(_length + 1)];
    }
}
