using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.Protocols.ProxyProtocol;

namespace Hawser.Gateway.Exchange;

/// <summary>What an exchange may know of the connection it came on: HTTP/1 today, an HTTP/2 stream's connection later.</summary>
public interface IClientConnection
{
    /// <summary>nginx's <c>$connection</c>: counts up over the life of the process.</summary>
    long Serial { get; }

    /// <summary>nginx's <c>$connection_requests</c>: this request included.</summary>
    int Requests { get; }

    /// <summary>Loop milliseconds when the connection was accepted, for <c>$connection_time</c>.</summary>
    long StartedAt { get; }

    /// <summary>The listener that accepted it.</summary>
    ListenerModel Listener { get; }

    /// <summary>The other end of the connection. Who the client is, <see cref="HttpExchange.RemoteEndpoint"/> says.</summary>
    SocketEndpoint RemoteEndpoint { get; }

    /// <summary>The address the client connected to (asked from the kernel once where the listener is a wildcard).</summary>
    SocketEndpoint LocalEndpoint { get; }

    /// <summary>Its address as text.</summary>
    ByteSlice RemoteAddress { get; }

    /// <summary>The request under way was sent before the answer to the one before it: <c>$pipe</c>.</summary>
    bool IsPipelined { get; }

    /// <summary>The descriptor, for <c>$tcpinfo_*</c>; -1 when there is none.</summary>
    int Descriptor { get; }

    /// <summary>Bytes sent to the client for this exchange so far (<c>$bytes_sent</c>).</summary>
    long BytesSent { get; }

    /// <summary>Bytes of heads among them: what <c>$body_bytes_sent</c> leaves out.</summary>
    long HeadBytesSent { get; }

    /// <summary>The connection is a TLS one: <c>$https</c>, <c>$scheme</c>.</summary>
    bool IsEncrypted => false;

    /// <summary>The PROXY protocol header that the connection began with; null without one, and for one that names nobody.</summary>
    ProxyHeader? ProxyProtocol => null;

    /// <summary>What the handshake told (<c>$ssl_*</c>); null on a plain connection.</summary>
    Hawser.IO.Tls.TlsTransport? Tls => null;

    /// <summary>Why the client's certificate does not count though its chain is good: its authority said so, or could not be asked. Null if nothing is wrong.</summary>
    string? CertificateProblem => null;
}
