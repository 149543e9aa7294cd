using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>Turns configured addresses into endpoints, asking the system's resolver for names: at start and reload only, never on a loop.</summary>
public static class AddressResolver
{
    /// <summary>All addresses of a name; none when it does not resolve.</summary>
    public static ImmutableArray<IPAddress> TryResolve(string name)
    {
        try
        {
            return [.. Dns.GetHostAddresses(name)];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return []; // whoever asks says what the name was for
        }
    }

    /// <summary>All addresses of a configured server, in the resolver's order.</summary>
    /// <exception cref="GatewayCompilationException">The name does not resolve; in nginx's words.</exception>
    public static IReadOnlyList<SocketEndpoint> Resolve(EndpointAddress address, Hawser.Configuration.Syntax.SourceSpan? span)
    {
        if (address.Kind == AddressKind.Unix) return [SocketEndpoint.FromUnixPath(address.Host)];
        if (address.Address is { } ip) return [SocketEndpoint.FromIP(ip, address.Port)];
        try
        {
            IPAddress[] found = Dns.GetHostAddresses(address.Host);
            return [.. found.Select(a => SocketEndpoint.FromIP(a, address.Port))];
        }
        catch (SocketException)
        {
            throw new GatewayCompilationException($"host not found in upstream \"{address.Text}\"", span);
        }
    }
}
