using System.Text;

namespace Hawser.Protocols.Dns;

/// <summary>Reads names out of messages, following compression (RFC 1035 §4.1.4).</summary>
internal static class DnsNameReader
{
    private const int LongestName = 255;

    // Every jump goes to another place; more of them than fit into a name is a circle.
    private const int MostJumps = 128;

    private const byte Pointer = 0xC0;

    /// <summary>Goes past a name.</summary>
    /// <returns>The offset behind it; -1 when the message ends before.</returns>
    public static int Skip(ReadOnlySpan<byte> message, int offset)
    {
        while (offset < message.Length)
        {
            var length = message[offset];
            if ((length & Pointer) != 0)
                return offset + 2 <= message.Length ? offset + 2 : -1;
            if (length == 0)
                return offset + 1;
            offset += 1 + length;
        }

        return -1;
    }

    /// <summary>Reads a name as a byte string in lower case, without a dot at its end.</summary>
    public static DnsReplyError Read(ReadOnlySpan<byte> message, int offset, out string name)
    {
        name = "";
        var text = new StringBuilder();
        for (var jumps = 0; jumps <= MostJumps;)
        {
            if (offset >= message.Length)
                return DnsReplyError.Short;
            var length = message[offset++];
            if (length == 0)
            {
                name = text.ToString();
                return DnsReplyError.None;
            }

            if ((length & Pointer) == Pointer)
            {
                if (offset >= message.Length)
                    return DnsReplyError.Short;
                offset = ((length & 0x3F) << 8) | message[offset];
                jumps++;
                continue;
            }

            if ((length & Pointer) != 0)
                return DnsReplyError.InvalidName;
            if (offset + length > message.Length)
                return DnsReplyError.Short;
            if (!Append(text, message.Slice(offset, length)))
                return DnsReplyError.InvalidName;
            offset += length;
        }

        return DnsReplyError.InvalidName;
    }

    private static bool Append(StringBuilder text, ReadOnlySpan<byte> label)
    {
        if (label.Contains((byte)'.') || text.Length + label.Length + 1 > LongestName + 1)
            return false;
        if (text.Length > 0)
            text.Append('.');
        foreach (var c in label)
            text.Append((char)(c is >= (byte)'A' and <= (byte)'Z' ? c | 0x20 : c));
        return true;
    }
}
