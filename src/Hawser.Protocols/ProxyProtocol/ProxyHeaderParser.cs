using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Hawser.Protocols.ProxyProtocol;

/// <summary>
/// Reads the header that a proxy puts in front of a connection (PROXY protocol of HAProxy, versions 1 and 2).
/// </summary>
/// <remarks>
/// <code>
/// version 1   PROXY TCP4|TCP6 source destination sourceport destinationport CR LF
///             PROXY UNKNOWN … CR LF
///
/// version 2   0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A     signature
///             vc   version (2) in the high half, command in the low: 0 LOCAL, 1 PROXY
///             ft   family in the high half: 1 IPv4, 2 IPv6, 3 Unix; transport in the low: 1 stream
///             len  2 bytes, big-endian: what follows
///             addresses: source, destination, source port, destination port; then TLVs
/// </code>
/// </remarks>
public static class ProxyHeaderParser
{
    /// <summary>No header is longer: nginx's limit, and enough for the TLVs that are in use.</summary>
    public const int MaximumLength = 4096;

    private const int FixedLength = 16;
    private const int Version = 2;
    private const int ProxyCommand = 1;
    private const int StreamTransport = 1;

    private static readonly SearchValues<byte> s_addressCharacters = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> Start => "PROXY "u8;

    /// <summary>Reads a header at the beginning of what has come so far.</summary>
    /// <param name="input">All bytes from the first one on.</param>
    /// <param name="consumed">For <see cref="ProxyHeaderStatus.Complete"/>: the header's length.</param>
    /// <param name="header">What it says; null if it names no TCP client (UNKNOWN, LOCAL, Unix sockets, datagrams).</param>
    public static ProxyHeaderStatus Parse(ReadOnlySpan<byte> input, out int consumed, out ProxyHeader? header)
    {
        consumed = 0;
        header = null;
        if (BeginsLike(input, Signature)) return input.Length < FixedLength ? ProxyHeaderStatus.NeedMore : ParseBinary(input, out consumed, out header);
        return BeginsLike(input, Start) ? ParseText(input, out consumed, out header) : ProxyHeaderStatus.Broken;
    }

    // As far as both go, they are the same.
    private static bool BeginsLike(ReadOnlySpan<byte> input, ReadOnlySpan<byte> prefix)
    {
        int common = Math.Min(input.Length, prefix.Length);
        return input[..common].SequenceEqual(prefix[..common]);
    }

    private static ProxyHeaderStatus ParseText(ReadOnlySpan<byte> input, out int consumed, out ProxyHeader? header)
    {
        consumed = 0;
        header = null;
        int end = input[..Math.Min(input.Length, MaximumLength)].IndexOf("\r\n"u8);
        if (end < 0) return input.Length < MaximumLength ? ProxyHeaderStatus.NeedMore : ProxyHeaderStatus.Broken;
        ReadOnlySpan<byte> line = input[Start.Length..end];
        if (!line.StartsWith("UNKNOWN"u8) && !TryParseLine(line, out header)) return ProxyHeaderStatus.Broken;
        consumed = end + 2;
        return ProxyHeaderStatus.Complete;
    }

    private static bool TryParseLine(ReadOnlySpan<byte> line, out ProxyHeader? header)
    {
        header = null;
        if (!line.StartsWith("TCP4 "u8) && !line.StartsWith("TCP6 "u8)) return false;
        line = line[5..];
        if (!TryTakeAddress(ref line, out byte[] source) || !TryTakeAddress(ref line, out byte[] destination)) return false;
        int space = line.IndexOf((byte)' ');
        if (space < 0 || !TryParsePort(line[..space], out int sourcePort) || !TryParsePort(line[(space + 1)..], out int destinationPort)) return false;
        header = new ProxyHeader
        {
            SourceAddress = source,
            DestinationAddress = destination,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
        };
        return true;
    }

    private static bool TryTakeAddress(ref ReadOnlySpan<byte> line, out byte[] address)
    {
        address = [];
        int space = line.IndexOf((byte)' ');
        if (space < 0 || line[..space].IndexOfAnyExcept(s_addressCharacters) >= 0) return false;
        address = line[..space].ToArray();
        line = line[(space + 1)..];
        return true;
    }

    private static bool TryParsePort(ReadOnlySpan<byte> text, out int port) =>
        Utf8Parser.TryParse(text, out port, out int used) && used == text.Length && text[0] is >= (byte)'0' and <= (byte)'9' && port <= 65535;

    private static ProxyHeaderStatus ParseBinary(ReadOnlySpan<byte> input, out int consumed, out ProxyHeader? header)
    {
        consumed = 0;
        header = null;
        if (input[12] >> 4 != Version) return ProxyHeaderStatus.UnknownVersion;
        int length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        if (length > MaximumLength) return ProxyHeaderStatus.TooLarge;
        if (input.Length < length) return ProxyHeaderStatus.NeedMore;
        consumed = length;
        bool namesClient = (input[12] & 0xF) == ProxyCommand && (input[13] & 0xF) == StreamTransport;
        int addressLength = namesClient ? AddressLengthOf(input[13] >> 4) : 0;
        if (addressLength == 0) return ProxyHeaderStatus.Complete;
        ReadOnlySpan<byte> rest = input[FixedLength..length];
        int addressesLength = 2 * addressLength + 4;
        if (rest.Length < addressesLength) return ProxyHeaderStatus.Truncated;
        header = new ProxyHeader
        {
            SourceAddress = ToText(rest[..addressLength]),
            DestinationAddress = ToText(rest.Slice(addressLength, addressLength)),
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(rest[(2 * addressLength)..]),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(rest[(2 * addressLength + 2)..]),
            Tlvs = rest[addressesLength..].ToArray(),
        };
        return ProxyHeaderStatus.Complete;
    }

    private static int AddressLengthOf(int family) => family switch
    {
        1 => 4,
        2 => 16,
        _ => 0,
    };

    private static byte[] ToText(ReadOnlySpan<byte> address) => Encoding.ASCII.GetBytes(new IPAddress(address).ToString());
}

/// <summary>What <see cref="ProxyHeaderParser.Parse"/> found.</summary>
public enum ProxyHeaderStatus : byte
{
    /// <summary>It may become a header.</summary>
    NeedMore,

    Complete,

    /// <summary>No header, or one that cannot be read.</summary>
    Broken,

    /// <summary>A version other than 1 and 2.</summary>
    UnknownVersion,

    /// <summary>It announces more than <see cref="ProxyHeaderParser.MaximumLength"/>.</summary>
    TooLarge,

    /// <summary>It announces less than its addresses take.</summary>
    Truncated,
}
