using System.Buffers;
using Hawser.Configuration.Model;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Logging;

/// <summary>
/// How the values of variables are written into an access log (<c>log_format … escape=</c>), byte for byte as nginx does, because
/// programs parse it.
/// </summary>
internal static class LogEscaping
{
    private const byte FirstPrintable = 0x20;
    private const byte Delete = 0x7F;

    // Everything but printable ASCII, and of that not the quote and the backslash.
    private static readonly SearchValues<byte> s_plain = SearchValues.Create(Printable());

    private static readonly SearchValues<byte> s_jsonSpecial = SearchValues.Create(JsonSpecial());

    /// <summary>Writes a value. A missing one is a hyphen in the default form, and nothing in the others.</summary>
    public static void Write(ref LogBuffer line, VariableValue value, LogEscape escape)
    {
        if (!value.Found)
        {
            if (escape == LogEscape.Default) line.Add((byte)'-');
            return;
        }
        ReadOnlySpan<byte> bytes = value.Value.Span;
        switch (escape)
        {
            case LogEscape.Default:
                WriteDefault(ref line, bytes);
                break;
            case LogEscape.Json:
                WriteJson(ref line, bytes);
                break;
            default:
                line.Add(bytes);
                break;
        }
    }

    // \xXX with upper-case digits
    private static void WriteDefault(ref LogBuffer line, ReadOnlySpan<byte> value)
    {
        for (int plain; (plain = value.IndexOfAnyExcept(s_plain)) >= 0; value = value[(plain + 1)..])
        {
            line.Add(value[..plain]);
            Span<byte> escaped = line.Reserve(4);
            escaped[0] = (byte)'\\';
            escaped[1] = (byte)'x';
            WriteHex(escaped[2..], value[plain]);
            line.Advance(4);
        }
        line.Add(value);
    }

    private static void WriteJson(ref LogBuffer line, ReadOnlySpan<byte> value)
    {
        for (int plain; (plain = value.IndexOfAny(s_jsonSpecial)) >= 0; value = value[(plain + 1)..])
        {
            line.Add(value[..plain]);
            line.Add((byte)'\\');
            byte special = value[plain];
            byte letter = special switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                (byte)'\b' => (byte)'b',
                (byte)'\f' => (byte)'f',
                < FirstPrintable => (byte)'u',
                _ => special,
            };
            line.Add(letter);
            if (letter != 'u') continue;
            Span<byte> escaped = line.Reserve(4);
            "00"u8.CopyTo(escaped);
            WriteHex(escaped[2..], special);
            line.Advance(4);
        }
        line.Add(value);
    }

    private static void WriteHex(Span<byte> digits, byte value)
    {
        digits[0] = "0123456789ABCDEF"u8[value >> 4];
        digits[1] = "0123456789ABCDEF"u8[value & 15];
    }

    private static byte[] Printable()
    {
        var bytes = new List<byte>();
        for (byte b = FirstPrintable; b < Delete; b++)
        {
            if (b is not ((byte)'"' or (byte)'\\')) bytes.Add(b);
        }
        return [.. bytes];
    }

    private static byte[] JsonSpecial()
    {
        byte[] bytes = new byte[FirstPrintable + 2];
        for (byte b = 0; b < FirstPrintable; b++) bytes[b] = b;
        bytes[^2] = (byte)'"';
        bytes[^1] = (byte)'\\';
        return bytes;
    }
}
