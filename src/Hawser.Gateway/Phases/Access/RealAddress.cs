using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases.Access;

/// <summary>
/// <c>set_real_ip_from</c>, <c>real_ip_header</c>, <c>real_ip_recursive</c>: the client is whom a trusted proxy says it is. Looked at
/// before the server's rewrites, and again once the location is known if that did not replace the address.
/// </summary>
public sealed class RealAddress
{
    private readonly AddressNetwork[] _ipv4;
    private readonly AddressNetwork[] _ipv6;
    private readonly bool _trustsUnix;
    private readonly RealIpSource _source;
    private readonly byte[] _header;
    private readonly bool _isRecursive;

    private RealAddress(AddressNetwork[] ipv4, AddressNetwork[] ipv6, bool trustsUnix, RealIpHeader header, bool isRecursive)
    {
        _ipv4 = ipv4;
        _ipv6 = ipv6;
        _trustsUnix = trustsUnix;
        _source = header.Source;
        _header = System.Text.Encoding.Latin1.GetBytes(header.Name);
        _isRecursive = isRecursive;
    }

    /// <summary>Null where no proxy is trusted.</summary>
    public static RealAddress? From(ConfigScope scope)
    {
        ImmutableArray<TrustedProxy> proxies = scope.Get(Known.SetRealIpFrom);
        if (proxies.IsEmpty) return null;
        var ipv4 = new List<AddressNetwork>();
        var ipv6 = new List<AddressNetwork>();
        bool unix = false;
        foreach (TrustedProxy proxy in proxies)
        {
            unix |= proxy.IsUnix;
            foreach (IPNetwork network in proxy.Networks)
            {
                (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? ipv4 : ipv6).Add(AddressNetwork.From(network));
            }
        }
        return new RealAddress([.. ipv4], [.. ipv6], unix, scope.Get(Known.RealIpHeader), scope.Get(Known.RealIpRecursive));
    }

    /// <summary>Replaces the client's address, if the peer is trusted and names one.</summary>
    public void Apply(HttpExchange exchange)
    {
        if (exchange.HasRealAddress || exchange.IsSubrequest) return;
        SocketEndpoint? found = _source switch
        {
            RealIpSource.ProxyProtocol => FromProxyProtocol(exchange),
            RealIpSource.XForwardedFor => FromForwardedFor(exchange),
            _ => FromField(exchange),
        };
        if (found is not null) exchange.SetRealAddress(found);
    }

    private SocketEndpoint? FromProxyProtocol(HttpExchange exchange)
    {
        if (exchange.Connection.ProxyProtocol is not { } header) return null;
        SocketEndpoint current = exchange.Connection.RemoteEndpoint;
        if (Follow(ref current, header.SourceAddress) == Found.Nothing) return null;
        return current.IsUnix ? current : SocketEndpoint.FromIP(new IPAddress(current.AddressBytes), header.SourcePort);
    }

    private SocketEndpoint? FromField(HttpExchange exchange)
    {
        foreach (ref readonly Header field in exchange.RequestHeaders.Fields)
        {
            bool isIt = _source == RealIpSource.XRealIp ? field.Known == KnownHeader.XRealIp : AsciiText.EqualsIgnoreCase(field.Name.Span, _header);
            if (!isIt) continue;
            SocketEndpoint current = exchange.Connection.RemoteEndpoint;
            return Follow(ref current, field.Value.Span) == Found.Nothing ? null : current;
        }
        return null;
    }

    // The last field is the nearest proxy's. Only if all of it is trusted does the one before count.
    private SocketEndpoint? FromForwardedFor(HttpExchange exchange)
    {
        SocketEndpoint current = exchange.Connection.RemoteEndpoint;
        bool hasFound = false;
        ReadOnlySpan<Header> fields = exchange.RequestHeaders.Fields;
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            if (fields[i].Known != KnownHeader.XForwardedFor) continue;
            Found found = Follow(ref current, fields[i].Value.Span);
            hasFound |= found != Found.Nothing;
            if (!_isRecursive || found != Found.All) break;
        }
        return hasFound ? current : null;
    }

    private enum Found : byte
    {
        Nothing,

        /// <summary>An address, and before it stands one that is not to be believed or is none.</summary>
        Some,

        /// <summary>The whole list was followed.</summary>
        All,
    }

    /// <summary>Goes through a list from its end for as long as the addresses are those of trusted proxies.</summary>
    private Found Follow(ref SocketEndpoint current, ReadOnlySpan<byte> list)
    {
        bool hasFound = false;
        do
        {
            if (!IsTrusted(current)) return hasFound ? Found.Some : Found.Nothing;
            list = list.TrimEnd(" ,"u8);
            int start = list.LastIndexOfAny((byte)' ', (byte)',') + 1;
            if (!AddressText.TryParse(list[start..], out IPAddress? address, out int port)) return hasFound ? Found.Some : Found.Nothing;
            current = SocketEndpoint.FromIP(address, port);
            hasFound = true;
            list = list[..start];
        }
        while (_isRecursive && !list.IsEmpty);
        return Found.All;
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
