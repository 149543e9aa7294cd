using System.Net;

namespace Hawser.Gateway.Phases.Access;

/// <summary>A network such as 192.0.2.0/24, ready to be compared with the bytes of an address.</summary>
internal readonly struct AddressNetwork
{
    private readonly byte[] _network;
    private readonly int _prefixLength;

    /// <param name="network">4 or 16 bytes; none covers every address.</param>
    /// <param name="prefixLength">How many bits count.</param>
    public AddressNetwork(byte[] network, int prefixLength)
    {
        _network = network;
        _prefixLength = prefixLength;
    }

    public static AddressNetwork From(IPNetwork network) => new(network.BaseAddress.GetAddressBytes(), network.PrefixLength);

    /// <summary>Whether an address of the network's own family is in it.</summary>
    public bool Covers(ReadOnlySpan<byte> address)
    {
        int bytes = _prefixLength / 8;
        if (!address[..bytes].SequenceEqual(_network.AsSpan(0, bytes))) return false;
        int bits = _prefixLength % 8;
        return bits == 0 || ((address[bytes] ^ _network[bytes]) & (0xFF00 >> bits) & 0xFF) == 0;
    }

    /// <summary>::ffff:a.b.c.d (RFC 4291 §2.5.5.2): an IPv4 client on an IPv6 socket.</summary>
    public static bool IsMapped(ReadOnlySpan<byte> address) =>
        address.Length == 16 && address[..10].IndexOfAnyExcept((byte)0) < 0 && address[10] == 0xFF && address[11] == 0xFF;
}
