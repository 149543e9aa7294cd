using System.Net;

namespace Hawser.Configuration.Model;

/// <summary>What kind of address a configuration names.</summary>
public enum AddressKind
{
    /// <summary>A host name, resolved by the gateway.</summary>
    HostName,

    /// <summary>An IPv4 address.</summary>
    IPv4,

    /// <summary>An IPv6 address, written in brackets.</summary>
    IPv6,

    /// <summary>A Unix socket: <c>unix:/path</c>.</summary>
    Unix,
}

/// <summary>The address of a peer as written, parsed as nginx parses it.</summary>
/// <param name="Text">As written, without scheme and URI.</param>
/// <param name="Kind">What it names.</param>
/// <param name="Host">The host as written (IPv6 in its brackets), or the socket's path.</param>
/// <param name="Address">The address of an IPv4 or IPv6 kind; else null.</param>
/// <param name="Port">The port, given or default; 0 for a Unix socket and where neither is known.</param>
/// <param name="HasPort">Whether the port was written.</param>
public sealed record EndpointAddress(string Text, AddressKind Kind, string Host, IPAddress? Address, int Port, bool HasPort);
