using Hawser.Gateway.Routing;
using Hawser.Gateway.Tls;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Compilation;

/// <summary>A <c>server</c> block compiled.</summary>
public sealed class ServerModel
{
    /// <summary>The first <c>server_name</c>: <c>$server_name</c>, and the host of redirects that ask for it.</summary>
    public required ByteSlice Name { get; init; }

    public required RequestLimits Limits { get; init; }

    /// <summary>The server's own settings: in force until a location is found, and where none matches.</summary>
    public required LocationModel Defaults { get; init; }

    public required LocationTree Locations { get; init; }

    /// <summary>What a request needs, whatever certificates the handshake has used (<c>ssl_verify_client</c>).</summary>
    public Configuration.Model.SslVerifyClient VerifyClient { get; init; }

    /// <summary>Certificates and what belongs to them; null without.</summary>
    public TlsServerModel? Tls { get; init; }
}

/// <summary>What a request head may look like. Before the Host field is read, the listener's default server decides.</summary>
public sealed class RequestLimits
{
    public required long ClientHeaderTimeout { get; init; }

    /// <summary>Sizes, counts and characters that the parser checks (client_header_buffer_size and its like).</summary>
    public required Hawser.Protocols.Http1.RequestHeadOptions HeadOptions { get; init; }

    public required bool MergeSlashes { get; init; }
}

/// <summary>An address that is listened on, and the servers behind it.</summary>
public sealed class ListenerModel
{
    public required SocketEndpoint Endpoint { get; init; }

    public required ListenSocketOptions Options { get; init; }

    /// <summary>Connections begin with a header of the PROXY protocol (<c>listen … proxy_protocol</c>).</summary>
    public bool ExpectsProxyHeader { get; init; }

    public required ServerModel Default { get; init; }

    /// <summary>Connections begin with a handshake (<c>listen … ssl</c>).</summary>
    public bool IsTls { get; init; }

    public required ServerNameTable Names { get; init; }

    /// <summary>
    /// For a wildcard address: the addresses of its port that other listen lines name without <c>bind</c>. They share this socket; the
    /// address that a client connected to tells them apart (<see cref="For"/>). Null where there are none, so nobody need ask the kernel
    /// for it.
    /// </summary>
    public IReadOnlyDictionary<SocketEndpoint, ListenerModel>? Specific { get; init; }

    /// <summary>The listener whose servers answer on the local address of an accepted connection.</summary>
    public ListenerModel For(SocketEndpoint local) =>
        Specific is not null && Specific.TryGetValue(local, out ListenerModel? found) ? found : this;
}
