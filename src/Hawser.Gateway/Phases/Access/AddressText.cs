using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Hawser.Gateway.Phases.Access;

/// <summary>Addresses as proxies write them into header fields: <c>192.0.2.1</c>, <c>192.0.2.1:80</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:80</c>.</summary>
internal static class AddressText
{
    private const int Longest = 64;

    private static readonly SearchValues<byte> s_characters = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <param name="port">0 when none is written.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address, out int port)
    {
        port = 0;
        if (TryParseAddress(text, out address)) return true;
        if (text is [(byte)'[', ..])
        {
            int close = text.IndexOf((byte)']');
            if (close < 0 || !TryParseAddress(text[1..close], out address)) return false;
            text = text[(close + 1)..];
            return text.IsEmpty || text[0] == ':' && TryParsePort(text[1..], out port);
        }
        int colon = text.IndexOf((byte)':');
        return colon >= 0 && TryParsePort(text[(colon + 1)..], out port) && TryParseAddress(text[..colon], out address);
    }

    // IPAddress alone is too generous: it takes "1", "0x7f.1" and scopes.
    private static bool TryParseAddress(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.IsEmpty || text.Length > Longest) return false;
        bool isIPv6 = text.Contains((byte)':');
        if (!isIPv6 && !IsDottedQuad(text)) return false;
        if (text.IndexOfAnyExcept(s_characters) >= 0) return false;
        Span<char> characters = stackalloc char[text.Length];
        for (int i = 0; i < text.Length; i++) characters[i] = (char)text[i];
        return IPAddress.TryParse(characters, out address);
    }

    private static bool IsDottedQuad(ReadOnlySpan<byte> text)
    {
        int octets = 0;
        foreach (Range range in text.Split((byte)'.'))
        {
            ReadOnlySpan<byte> octet = text[range];
            // A zero in front would make .NET read it as octal; nginx reads decimal, and no proxy writes it.
            if (octet.IsEmpty || octet.Length > 3 || octet.Length > 1 && octet[0] == '0') return false;
            if (!Utf8Parser.TryParse(octet, out int value, out int used) || used != octet.Length || value > 255) return false;
            octets++;
        }
        return octets == 4;
    }

    private static bool TryParsePort(ReadOnlySpan<byte> text, out int port) =>
        Utf8Parser.TryParse(text, out port, out int used) && used == text.Length && text[0] is >= (byte)'0' and <= (byte)'9' && port is >= 1 and <= 65535;
}
