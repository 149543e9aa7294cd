using Hawser.Gateway.Exchange;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Tunnels;

/// <summary>Steps c to d: the 101 goes to the client, and the two transports to a tunnel. Everything of the exchange is let go.</summary>
internal static class TunnelStarter
{
    /// <param name="run">The exchange with the upstream, whose connection the tunnel takes over.</param>
    /// <param name="rest">Bytes the upstream sent behind its 101.</param>
    public static Outcome Start(HttpExchange exchange, ProxyRun run, ReadOnlySpan<byte> rest)
    {
        if (run.IsHandshake) WebSocketAdmission.CheckAccept(exchange);
        exchange.Response.Start(default, isLast: true);
        if (exchange.Response.IsBroken) return Outcome.Finished;
        var connection = (Http1Connection)exchange.Connection;
        TunnelPolicy policy = run.IsHandshake ? run.Model.WebSocketTunnel : run.Model.PlainTunnel;
        byte reservedBits = ReservedBits(exchange);
        if (run.IsHandshake) exchange.Worker.TunnelCounters.Handshake(HandshakeOutcome.Accepted);
        // As a rule the connection has had it since it came, from the listener (tcp_nodelay of its default server).
        bool needsNoDelay = exchange.Location.Core.TcpNoDelay && !connection.Listener.Default.Defaults.Core.TcpNoDelay && !connection.RemoteEndpoint.IsUnix;
        var tunnel = new Tunnel(exchange, policy);
        byte[]? early = rest.IsEmpty ? null : rest.ToArray();
        Transport upstream = run.TakeUpstream(out PeerState peer, out byte[]? toUpstream);
        if (toUpstream is not null) exchange.Upstream.Current.BytesSent += toUpstream.Length;
        TunnelRecord? record = TunnelRecord.From(exchange, connection);
        ConnectionLeases? leases = exchange.ConnectionLeases.Take(); // it counts as a connection until its end (limit_conn)
        Transport client = connection.HandOver(tunnel, out byte[]? toClient, out byte[]? input);
        if (needsNoDelay) SocketCalls.SetNoDelay(client.Descriptor);
        tunnel.Begin(client, upstream, peer, record, leases, reservedBits);
        tunnel.InjectOutput(toUpstream, toClient: false);
        tunnel.InjectOutput(toClient, toClient: true);
        tunnel.Inject(input, fromClient: true);
        tunnel.Inject(early, fromClient: false);
        tunnel.Resume();
        tunnel.JoinDrain();
        return Outcome.Tunnel;
    }

    /// <summary>What the extensions that the upstream has chosen mean to the frames.</summary>
    private static byte ReservedBits(HttpExchange exchange)
    {
        byte bits = 0;
        foreach (ref readonly Header field in exchange.Upstream.ResponseHeaders.Fields)
        {
            if (field.Known == KnownHeader.SecWebSocketExtensions) bits |= ExtensionList.ReservedBits(field.Value.Span);
        }
        return bits;
    }
}
