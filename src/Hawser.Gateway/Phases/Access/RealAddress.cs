using System.Collections.Immutable;
using System.Net;
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
    private readonly TrustedProxies _proxies;
    private readonly RealIpSource _source;
    private readonly byte[] _header;

    private RealAddress(TrustedProxies proxies, RealIpHeader header)
    {
        _proxies = proxies;
        _source = header.Source;
        _header = System.Text.Encoding.Latin1.GetBytes(header.Name);
    }

    /// <summary>Null where no proxy is trusted.</summary>
    public static RealAddress? From(ConfigScope scope)
    {
        ImmutableArray<TrustedProxy> proxies = scope.Get(Known.SetRealIpFrom);
        if (proxies.IsEmpty) return null;
        var networks = new List<IPNetwork>();
        bool unix = false;
        foreach (TrustedProxy proxy in proxies)
        {
            unix |= proxy.IsUnix;
            networks.AddRange(proxy.Networks);
        }
        return new RealAddress(new TrustedProxies(networks, unix, scope.Get(Known.RealIpRecursive)), scope.Get(Known.RealIpHeader));
    }

    /// <summary>Replaces the client's address, if the peer is trusted and names one.</summary>
    public void Apply(HttpExchange exchange)
    {
        if (exchange.HasRealAddress || exchange.IsSubrequest) return;
        SocketEndpoint? found = _source switch
        {
            RealIpSource.ProxyProtocol => FromProxyProtocol(exchange),
            RealIpSource.XForwardedFor => _proxies.FromForwardedFor(exchange.Connection.RemoteEndpoint, exchange.RequestHeaders),
            _ => FromField(exchange),
        };
        if (found is not null) exchange.SetRealAddress(found);
    }

    private SocketEndpoint? FromProxyProtocol(HttpExchange exchange)
    {
        if (exchange.Connection.ProxyProtocol is not { } header) return null;
        SocketEndpoint current = exchange.Connection.RemoteEndpoint;
        if (_proxies.Follow(ref current, header.SourceAddress) == ForwardedTrust.Nothing) return null;
        return current.IsUnix ? current : SocketEndpoint.FromIP(new IPAddress(current.AddressBytes), header.SourcePort);
    }

    private SocketEndpoint? FromField(HttpExchange exchange)
    {
        foreach (ref readonly Header field in exchange.RequestHeaders.Fields)
        {
            bool isIt = _source == RealIpSource.XRealIp ? field.Known == KnownHeader.XRealIp : AsciiText.EqualsIgnoreCase(field.Name.Span, _header);
            if (!isIt) continue;
            SocketEndpoint current = exchange.Connection.RemoteEndpoint;
            return _proxies.Follow(ref current, field.Value.Span) == ForwardedTrust.Nothing ? null : current;
        }
        return null;
    }
}
