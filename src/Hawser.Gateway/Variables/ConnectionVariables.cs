using System.Buffers.Binary;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Metrics;
using Hawser.Gateway.Phases;
using Hawser.Gateway.Phases.Limits;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Variables;

/// <summary>Who is at the other end, and over what.</summary>
internal static class ConnectionVariables
{
    private static readonly ByteSlice s_http = new("http"u8.ToArray());
    private static readonly ByteSlice s_https = new("https"u8.ToArray());
    private static readonly ByteSlice s_on = new("on"u8.ToArray());
    private static readonly ByteSlice s_pipelined = new("p"u8.ToArray());
    private static readonly ByteSlice s_notPipelined = new("."u8.ToArray());

    // struct tcp_info of <linux/tcp.h>: eight bytes of flags, then 32-bit numbers.
    private const int RttOffset = 68;
    private const int RttVarianceOffset = 72;
    private const int SendWindowOffset = 80;
    private const int ReceiveSpaceOffset = 96;

    public static void AddTo(VariableFamily family)
    {
        family.Add("remote_addr", static e => e.RemoteAddress);
        family.Add("remote_port", static e => ValueText.Port(e, e.RemoteEndpoint.Port));
        family.Add("realip_remote_addr", static e => e.Connection.RemoteAddress);
        family.Add("realip_remote_port", static e => ValueText.Port(e, e.Connection.RemoteEndpoint.Port));
        family.Add("connections_active", static e => ValueText.Number(e, StubStatus.CountAll(e)));
        family.Add("connections_reading", static e => ValueText.Number(e, StubStatus.Count(e, ConnectionPhase.Reading)));
        family.Add("connections_writing", static e => ValueText.Number(e, StubStatus.Count(e, ConnectionPhase.Writing)));
        family.Add("connections_waiting", static e => ValueText.Number(e, StubStatus.Count(e, ConnectionPhase.Waiting)));
        family.AddVolatile("limit_conn_status", static e => ValueText.Present(LimitStatusText.Of(e.LimitConnStatus)));
        family.AddVolatile("limit_req_status", static e => ValueText.Present(LimitStatusText.Of(e.LimitReqStatus)));
        family.Add("binary_remote_addr", BinaryRemoteAddress);
        family.Add("server_addr", ServerAddress);
        family.Add("server_port", static e => ValueText.Port(e, e.Connection.LocalEndpoint.Port));
        family.Add("scheme", static e => e.Connection.IsEncrypted ? s_https : s_http);
        family.Add("https", static e => e.Connection.IsEncrypted ? s_on : ByteSlice.Empty);
        family.Add("connection", static e => ValueText.Number(e, e.Connection.Serial));
        family.Add("connection_requests", static e => ValueText.Number(e, e.Connection.Requests));
        family.AddLate("connection_time", static e => ValueText.Seconds(e, e.Worker.Loop.Now - e.Connection.StartedAt));
        family.Add("pipe", static e => e.Connection.IsPipelined ? s_pipelined : s_notPipelined);
        family.AddLate("bytes_sent", static e => ValueText.Number(e, e.Connection.BytesSent));
        family.AddLate("body_bytes_sent", static e => ValueText.Number(e, Math.Max(0, e.Connection.BytesSent - e.Connection.HeadBytesSent)));
        family.Add("proxy_protocol_addr", static e => ProxyAddress(e.Connection.ProxyProtocol?.SourceAddress));
        family.Add("proxy_protocol_port", static e => ProxyPort(e, e.Connection.ProxyProtocol?.SourcePort));
        family.Add("proxy_protocol_server_addr", static e => ProxyAddress(e.Connection.ProxyProtocol?.DestinationAddress));
        family.Add("proxy_protocol_server_port", static e => ProxyPort(e, e.Connection.ProxyProtocol?.DestinationPort));
        family.AddLate("tcpinfo_rtt", static e => TcpInfo(e, RttOffset));
        family.AddLate("tcpinfo_rttvar", static e => TcpInfo(e, RttVarianceOffset));
        family.AddLate("tcpinfo_snd_cwnd", static e => TcpInfo(e, SendWindowOffset));
        family.AddLate("tcpinfo_rcv_space", static e => TcpInfo(e, ReceiveSpaceOffset));
    }

    private static VariableValue ProxyAddress(byte[]? address) => address is null ? VariableValue.NotFound : new ByteSlice(address);

    private static VariableValue ProxyPort(HttpExchange exchange, int? port) =>
        port is null ? VariableValue.NotFound : ValueText.Port(exchange, port.Value);

    private static VariableValue BinaryRemoteAddress(HttpExchange exchange)
    {
        SocketEndpoint remote = exchange.RemoteEndpoint;
        return remote.IsUnix ? exchange.RemoteAddress : exchange.Arena.Copy(remote.AddressBytes);
    }

    private static VariableValue ServerAddress(HttpExchange exchange)
    {
        SocketEndpoint local = exchange.Connection.LocalEndpoint;
        return exchange.Arena.CopyLatin1(local.IsUnix ? local.ToString() : local.AddressText);
    }

    private static VariableValue TcpInfo(HttpExchange exchange, int offset)
    {
        Span<byte> info = stackalloc byte[104];
        info.Clear();
        int descriptor = exchange.Connection.Descriptor;
        if (descriptor < 0 || SocketCalls.TcpInfo(descriptor, info) < offset + sizeof(uint)) return VariableValue.NotFound;
        return ValueText.Number(exchange, BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(info[offset..])
            : BinaryPrimitives.ReadUInt32BigEndian(info[offset..]));
    }
}
