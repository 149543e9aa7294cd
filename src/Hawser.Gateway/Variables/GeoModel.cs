using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Phases.Access;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Variables;

/// <summary>A <c>geo</c> compiled.</summary>
internal sealed class GeoModel
{
    // nginx looks this one up for whoever has no address of the family in question: 255.255.255.255 (INADDR_NONE).
    private static ReadOnlySpan<byte> Nobody => [255, 255, 255, 255];

    private readonly TemplateModel? _source;
    private readonly AddressMap _ipv4;
    private readonly AddressMap? _ipv6; // null: ranges, which have IPv4 alone
    private readonly TrustedProxies? _proxies;

    private GeoModel(GeoConfig config, ModelBuilder builder)
    {
        ByteSlice otherwise = ByteSlice.FromLatin1(config.Default);
        _source = builder.CompileOptional(config.Source);
        _ipv4 = AddressMap.From(config.Ranges, AddressFamily.InterNetwork, otherwise);
        _ipv6 = config.HasRanges ? null : AddressMap.From(config.Ranges, AddressFamily.InterNetworkV6, otherwise);
        _proxies = config.Proxies.IsEmpty ? null : new TrustedProxies(config.Proxies, trustsUnix: false, config.IsProxyRecursive);
    }

    public static GeoModel From(GeoConfig config, ModelBuilder builder) => new(config, builder);

    public VariableValue Evaluate(HttpExchange exchange)
    {
        SocketEndpoint? peer = _source is null ? exchange.RemoteEndpoint : Parse(_source.Evaluate(exchange).Span);
        if (peer is not null && _proxies?.FromForwardedFor(peer, exchange.RequestHeaders) is { } client) peer = client;
        if (peer is null || peer.IsUnix) return _ipv4.Find(Nobody);
        ReadOnlySpan<byte> address = peer.AddressBytes;
        if (!peer.IsIPv6) return _ipv4.Find(address);
        if (AddressNetwork.IsMapped(address)) return _ipv4.Find(address[12..]);
        return _ipv6?.Find(address) ?? _ipv4.Find(Nobody);
    }

    // A bare address: no port, no brackets.
    private static SocketEndpoint? Parse(ReadOnlySpan<byte> text) =>
        text is not [(byte)'[', ..] && AddressText.TryParse(text, out IPAddress? address, out int port) && port == 0 ? SocketEndpoint.FromIP(address, 0) : null;
}
