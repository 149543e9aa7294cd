using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Model;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>Who is asked about certificates, and how its name is looked up.</summary>
internal sealed class OcspResponder
{
    private OcspResponder(ResponderUrl url, IReadOnlyList<SocketEndpoint> addresses, ResolverModel? resolver, long resolverTimeout)
    {
        Url = url;
        Addresses = addresses;
        Resolver = resolver;
        ResolverTimeout = resolverTimeout;
    }

    public ResponderUrl Url { get; }

    public string Host => Url.Address.Host;

    /// <summary>What is known without the resolver: the address itself, or what the system said of the name. Empty for nothing.</summary>
    public IReadOnlyList<SocketEndpoint> Addresses { get; }

    /// <summary>The name is looked up with it whenever the responder is asked; null for an address, and where there is no <c>resolver</c>.</summary>
    public ResolverModel? Resolver { get; }

    /// <summary>Milliseconds.</summary>
    public long ResolverTimeout { get; }

    /// <summary>A responder that a handshake brings up: no name is looked up here.</summary>
    public static OcspResponder From(ResponderUrl url, ResolverModel? resolver, long resolverTimeout)
    {
        IReadOnlyList<SocketEndpoint> addresses = Literal(url.Address);
        return new OcspResponder(url, addresses, addresses.Count > 0 ? null : resolver, resolverTimeout);
    }

    /// <summary>A responder that the configuration brings up: without a resolver its name must be known to the system. Belongs on no loop.</summary>
    /// <param name="lookUp">Asks the system for a name; nothing means that it is not known.</param>
    /// <param name="problem">What is wrong, in nginx's words.</param>
    public static OcspResponder? Resolve(
        ResponderUrl url, ResolverModel? resolver, long resolverTimeout, Func<string, ImmutableArray<IPAddress>> lookUp, out string? problem)
    {
        problem = null;
        if (url.Address.Kind != AddressKind.HostName || resolver is not null) return From(url, resolver, resolverTimeout);
        ImmutableArray<IPAddress> found = lookUp(url.Address.Host);
        if (!found.IsEmpty) return new OcspResponder(url, [.. found.Select(a => SocketEndpoint.FromIP(a, url.Address.Port))], null, resolverTimeout);
        problem = $"host not found in OCSP responder \"{url.Text}\"";
        return null;
    }

    private static IReadOnlyList<SocketEndpoint> Literal(EndpointAddress address) => address switch
    {
        { Kind: AddressKind.Unix } => [SocketEndpoint.FromUnixPath(address.Host)],
        { Address: { } ip } => [SocketEndpoint.FromIP(ip, address.Port)],
        _ => [],
    };
}
