using System.Net;
using System.Net.Sockets;
using Hawser.Gateway.Exchange;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases.Access;

/// <summary>How far a list of addresses was followed.</summary>
internal enum ForwardedTrust : byte
{
    Nothing,

    /// <summary>An address, and before it stands one that is not to be believed or is none.</summary>
    Some,

    /// <summary>The whole list was followed.</summary>
    All,
}

/// <summary>Peers whose word about the client's address is believed (<c>set_real_ip_from</c>, <c>proxy</c> in <c>geo</c>).</summary>
internal sealed class TrustedProxies
{
    private readonly AddressNetwork[] _ipv4;
    private readonly AddressNetwork[] _ipv6;
    private readonly bool _trustsUnix;
    private readonly bool _isRecursive;

    /// <param name="isRecursive">A list is followed back until an address that is no trusted proxy's.</param>
    public TrustedProxies(IEnumerable<IPNetwork> networks, bool trustsUnix, bool isRecursive)
    {
        var ipv4 = new List<AddressNetwork>();
        var ipv6 = new List<AddressNetwork>();
        foreach (IPNetwork network in networks)
        {
            (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? ipv4 : ipv6).Add(AddressNetwork.From(network));
        }
        _ipv4 = [.. ipv4];
        _ipv6 = [.. ipv6];
        _trustsUnix = trustsUnix;
        _isRecursive = isRecursive;
    }

    /// <summary>
    /// The client's address by X-Forwarded-For; null if the peer is not trusted or names none. The last field is the nearest proxy's; only if
    /// all of it is trusted does the one before count.
    /// </summary>
    public SocketEndpoint? FromForwardedFor(SocketEndpoint peer, HeaderList request)
    {
        SocketEndpoint current = peer;
        bool hasFound = false;
        ReadOnlySpan<Header> fields = request.Fields;
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            if (fields[i].Known != KnownHeader.XForwardedFor) continue;
            ForwardedTrust found = Follow(ref current, fields[i].Value.Span);
            hasFound |= found != ForwardedTrust.Nothing;
            if (!_isRecursive || found != ForwardedTrust.All) break;
        }
        return hasFound ? current : null;
    }

    /// <summary>Goes through a list from its end for as long as the addresses are those of trusted proxies.</summary>
    public ForwardedTrust Follow(ref SocketEndpoint current, ReadOnlySpan<byte> list)
    {
        bool hasFound = false;
        do
        {
            if (!IsTrusted(current)) return hasFound ? ForwardedTrust.Some : ForwardedTrust.Nothing;
            list = list.TrimEnd(" ,"u8);
            int start = list.LastIndexOfAny((byte)' ', (byte)',') + 1;
            if (!AddressText.TryParse(list[start..], out IPAddress? address, out int port)) return hasFound ? ForwardedTrust.Some : ForwardedTrust.Nothing;
            current = SocketEndpoint.FromIP(address, port);
            hasFound = true;
            list = list[..start];
        }
        while (_isRecursive && !list.IsEmpty);
        return ForwardedTrust.All;
    }

    private bool IsTrusted(SocketEndpoint peer)
    {
        if (peer.IsUnix) return _trustsUnix;
        ReadOnlySpan<byte> address = peer.AddressBytes;
        if (peer.IsIPv6 && AddressNetwork.IsMapped(address)) return Covers(_ipv4, address[12..]) || Covers(_ipv6, address);
        return Covers(peer.IsIPv6 ? _ipv6 : _ipv4, address);
    }

    private static bool Covers(AddressNetwork[] networks, ReadOnlySpan<byte> address)
    {
        foreach (ref readonly AddressNetwork network in networks.AsSpan())
        {
            if (network.Covers(address)) return true;
        }
        return false;
    }
}
