using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tunnels;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>What a tunnel has carried and how it ended. Known when its line is logged; without a value for everything that is no tunnel.</summary>
internal static class WebSocketVariables
{
    private static readonly ByteSlice[] s_reasons = [.. Enum.GetValues<TunnelEnd>().Select(end => ByteSlice.FromLatin1(end.MetricName()))];

    private delegate VariableValue TunnelGetter(HttpExchange exchange, in TunnelSummary tunnel);

    public static void AddTo(VariableFamily family)
    {
        Add(family, "websocket_messages_received", static (HttpExchange e, in TunnelSummary t) => Messages(e, in t, t.MessagesFromClient));
        Add(family, "websocket_messages_sent", static (HttpExchange e, in TunnelSummary t) => Messages(e, in t, t.MessagesFromUpstream));
        Add(family, "websocket_bytes_received", static (HttpExchange e, in TunnelSummary t) => ValueText.Number(e, t.BytesFromClient));
        Add(family, "websocket_bytes_sent", static (HttpExchange e, in TunnelSummary t) => ValueText.Number(e, t.BytesFromUpstream));
        Add(family, "websocket_duration", static (HttpExchange e, in TunnelSummary t) => ValueText.Seconds(e, t.Duration));
        Add(family, "websocket_ping_rtt", static (HttpExchange e, in TunnelSummary t) =>
            t.RoundTrip < 0 ? VariableValue.NotFound : ValueText.Seconds(e, t.RoundTrip));
        Add(family, "websocket_close_code", static (HttpExchange e, in TunnelSummary t) =>
            t.CloseCode == 0 ? VariableValue.NotFound : ValueText.Number(e, t.CloseCode));
        Add(family, "websocket_closed_by", static (HttpExchange e, in TunnelSummary t) =>
            t.Reason == TunnelEnd.None ? VariableValue.NotFound : e.Arena.Copy(t.Reason.ClosedBy()));
        Add(family, "websocket_end_reason", static (HttpExchange _, in TunnelSummary t) =>
            t.Reason == TunnelEnd.None ? VariableValue.NotFound : s_reasons[(int)t.Reason]);
        family.Add("websocket_protocol", static e => HeaderReader.Find(e.Upstream.ResponseHeaders, KnownHeader.SecWebSocketProtocol, e.Arena));
    }

    private static void Add(VariableFamily family, string name, TunnelGetter get) =>
        family.AddLate(name, e => e.Tunnel is { } tunnel ? get(e, in tunnel) : VariableValue.NotFound);

    private static VariableValue Messages(HttpExchange exchange, in TunnelSummary tunnel, long count) =>
        tunnel.IsTracked ? ValueText.Number(exchange, count) : VariableValue.NotFound;
}
