using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Model;

/// <summary>One address of a <c>listen</c> directive; a range of ports and a name with several addresses give several.</summary>
public sealed record ListenConfig
{
    /// <summary>The address as written.</summary>
    public required string Text { get; init; }

    /// <summary>What it names. <see cref="AddressKind.HostName"/> only where the caller gave no resolver.</summary>
    public required AddressKind Kind { get; init; }

    /// <summary>The address; the unspecified one for a wildcard; null for a Unix socket or a name.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The name or the socket's path; the address's text otherwise.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535; 0 for a Unix socket.</summary>
    public int Port { get; init; }

    /// <summary>True for <c>*</c>, <c>0.0.0.0</c>, <c>[::]</c> and a port alone.</summary>
    public bool IsWildcard { get; init; }

    /// <summary>The directive; null for the address a server has without one.</summary>
    public SourceSpan? Span { get; init; }

    /// <summary><c>default_server</c></summary>
    public bool IsDefaultServer { get; init; }

    /// <summary>True if any parameter is given that sets up the socket. Such a set may be written for an address only once.</summary>
    public bool HasSocketOptions { get; init; }

    /// <summary><c>backlog=</c>; null means 511.</summary>
    public int? Backlog { get; init; }

    /// <summary><c>rcvbuf=</c> in bytes; null leaves the system's.</summary>
    public long? ReceiveBuffer { get; init; }

    /// <summary><c>sndbuf=</c> in bytes; null leaves the system's.</summary>
    public long? SendBuffer { get; init; }

    /// <summary><c>ssl</c>; of a listener: any of its lines has it.</summary>
    public bool IsSsl { get; init; }

    /// <summary><c>reuseport</c></summary>
    public bool ReusePort { get; init; }

    /// <summary><c>deferred</c></summary>
    public bool Deferred { get; init; }

    /// <summary><c>fastopen=</c>; null means off.</summary>
    public int? FastOpen { get; init; }

    /// <summary><c>bind</c>, or a parameter that implies it.</summary>
    public bool Bind { get; init; }

    /// <summary><c>ipv6only=</c>, on unless written off.</summary>
    public bool Ipv6Only { get; init; } = true;

    /// <summary><c>so_keepalive=</c>; null leaves the system's setting.</summary>
    public TcpKeepAlive? KeepAlive { get; init; }

    /// <summary><c>proxy_protocol</c>: every connection begins with a header of the PROXY protocol. One <c>listen</c> of an address says it for all.</summary>
    public bool ProxyProtocol { get; init; }

    /// <summary>The address as nginx prints it: <c>0.0.0.0:80</c>, <c>[::]:80</c>, <c>unix:/path</c>.</summary>
    public string DisplayAddress => Kind switch
    {
        AddressKind.Unix => "unix:" + Host,
        AddressKind.IPv6 => $"[{Address}]:{Port}",
        AddressKind.IPv4 => $"{Address}:{Port}",
        _ => $"{Host}:{Port}",
    };
}

/// <summary><c>so_keepalive=on|off|[keepidle]:[keepintvl]:[keepcnt]</c></summary>
/// <param name="Enabled">on or off.</param>
/// <param name="Idle">TCP_KEEPIDLE; null leaves the system's.</param>
/// <param name="Interval">TCP_KEEPINTVL; null leaves the system's.</param>
/// <param name="Count">TCP_KEEPCNT; null leaves the system's.</param>
public sealed record TcpKeepAlive(bool Enabled, TimeSpan? Idle, TimeSpan? Interval, int? Count);

/// <summary>An address with all servers that listen on it.</summary>
/// <param name="Listen">
/// The address with the socket options that hold for it: those of the one <c>listen</c> that gives any, wherever it stands.
/// </param>
/// <param name="Default">The server for requests whose name matches none: the one with <c>default_server</c>, else the first.</param>
/// <param name="Servers">All servers of the address in source order.</param>
public sealed record ListenerConfig(ListenConfig Listen, ServerConfig Default, ImmutableArray<ServerConfig> Servers);
