using Hawser.Gateway.Exchange;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Sockets;

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
        ProxyModel model = run.Model;
        // nginx's timer, unless this is a WebSocket and nobody has asked for one: an idle socket is not a dead one.
        bool timed = !run.IsHandshake || model.HasExplicitReadTimeout;
        var tunnel = new Tunnel(exchange, timed ? model.ReadTimeout : 0, model.SendTimeout);
        byte[]? early = rest.IsEmpty ? null : rest.ToArray();
        Transport upstream = run.TakeUpstream(out PeerState peer, out byte[]? toUpstream);
        TunnelRecord? record = TunnelRecord.From(exchange, connection);
        ConnectionLeases? leases = exchange.ConnectionLeases.Take(); // it counts as a connection until its end (limit_conn)
        Transport client = connection.HandOver(tunnel, out byte[]? toClient, out byte[]? input);
        SocketCalls.SetNoDelay(client.Descriptor);
        tunnel.Begin(client, upstream, peer, record, leases);
        tunnel.Inject(Join(toUpstream, input), fromClient: true);
        tunnel.Inject(Join(toClient, early), fromClient: false);
        tunnel.Resume();
        return Outcome.Tunnel;
    }

    private static byte[]? Join(byte[]? first, byte[]? second) => first is null ? second : second is null ? first : [.. first, .. second];
}
