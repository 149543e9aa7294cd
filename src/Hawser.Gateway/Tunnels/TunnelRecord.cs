using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tunnels.HandOver;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// What the access log will need when the tunnel ends: the line as far as it is known now, and the few numbers that the rest is computed from.
/// Exists only where something is logged.
/// </summary>
internal sealed class TunnelRecord
{
    private readonly FrozenAccessLog _line;
    private readonly LocationModel _location;
    private readonly ServerModel _server;
    private readonly UpstreamAttempt[] _attempts;
    private readonly long _requestStartedAt;
    private readonly long _connectionStartedAt;
    private readonly long _headBytes;
    private readonly long _requestLength;

    private int _ticks;

    private TunnelRecord(FrozenAccessLog line, HttpExchange exchange, Http1Connection connection)
    {
        _line = line;
        _location = exchange.Location;
        _server = exchange.Server;
        _requestStartedAt = exchange.StartedAt;
        _connectionStartedAt = connection.StartedAt;
        _headBytes = connection.HeadBytesSent;
        _requestLength = exchange.RequestLength;
        _attempts = exchange.Upstream.Attempts.ToArray();
        // The names live in the arena of the exchange, or in the configuration; the line has them already.
        foreach (ref UpstreamAttempt attempt in _attempts.AsSpan()) attempt.Address = default;
    }

    private TunnelRecord(FrozenAccessLog line, BinaryReader reader, HandOverContext context, long now)
    {
        _line = line;
        _location = context.Location;
        _server = context.Server;
        _ticks = reader.ReadInt32();
        _requestStartedAt = reader.ReadTime(now);
        _connectionStartedAt = reader.ReadTime(now);
        _headBytes = reader.ReadInt64();
        _requestLength = reader.ReadInt64();
        _attempts = new UpstreamAttempt[reader.Read7BitEncodedInt()];
        for (int i = 0; i < _attempts.Length; i++)
        {
            _attempts[i] = new UpstreamAttempt
            {
                Status = reader.ReadInt32(),
                StartedAt = reader.ReadTime(now),
                ConnectTime = reader.ReadInt64(),
                HeaderTime = reader.ReadInt64(),
                ResponseTime = reader.ReadInt64(),
                BytesReceived = reader.ReadInt64(),
                BytesSent = reader.ReadInt64(),
                ResponseLength = reader.ReadInt64(),
                StartsNewRequest = reader.ReadBoolean(),
            };
        }
    }

    /// <summary>Writes it for another process.</summary>
    public void Export(BinaryWriter writer, long now)
    {
        using (var logs = new MemoryStream())
        {
            using (var description = new BinaryWriter(logs)) _line.Logging.Export(description);
            writer.WriteBytes(logs.ToArray());
        }
        writer.WriteBytes(_line.Record);
        writer.Write(_ticks);
        writer.WriteTime(_requestStartedAt, now);
        writer.WriteTime(_connectionStartedAt, now);
        writer.Write(_headBytes);
        writer.Write(_requestLength);
        writer.Write7BitEncodedInt(_attempts.Length);
        foreach (ref readonly UpstreamAttempt attempt in _attempts.AsSpan())
        {
            writer.Write(attempt.Status);
            writer.WriteTime(attempt.StartedAt, now);
            writer.Write(attempt.ConnectTime);
            writer.Write(attempt.HeaderTime);
            writer.Write(attempt.ResponseTime);
            writer.Write(attempt.BytesReceived);
            writer.Write(attempt.BytesSent);
            writer.Write(attempt.ResponseLength);
            writer.Write(attempt.StartsNewRequest);
        }
    }

    /// <summary>Reads what <see cref="Export"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A log cannot be continued here.</exception>
    public static TunnelRecord Import(BinaryReader reader, HandOverContext context, long now)
    {
        LoggingModel logs = context.Logs(HandOverFormat.ReadBytes(reader));
        return new TunnelRecord(new FrozenAccessLog(logs, HandOverFormat.ReadBytes(reader)), reader, context, now);
    }

    public static TunnelRecord? From(HttpExchange exchange, Http1Connection connection) =>
        exchange.Location.Logging.Freeze(exchange) is { } line ? new TunnelRecord(line, exchange, connection) : null;

    /// <summary>When <see cref="Tick"/> is wanted next, for logs that show tunnels while they live (<c>at=60s</c>).</summary>
    public long NextTick(long startedAt) => _line.Interval == 0 ? Hawser.IO.Timers.LoopTimer.Infinite : startedAt + (_ticks + 1) * _line.Interval;

    /// <summary>Writes the lines that are due at an age of the tunnel.</summary>
    public void Tick(Worker worker, GatewayModel model, long age, in TunnelSummary summary)
    {
        if (_line.Interval == 0) return;
        int ticks = (int)(age / _line.Interval);
        if (ticks == _ticks) return;
        long earlier = _ticks * _line.Interval;
        _ticks = ticks;
        Write(worker, model, new LogMoment(LogMomentKind.Interval, earlier, age), in summary);
    }

    /// <summary>Writes the lines that are wanted at this moment.</summary>
    public void Write(Worker worker, GatewayModel model, LogMoment moment, in TunnelSummary summary)
    {
        if (!_line.IsWantedAt(moment)) return;
        HttpExchange exchange = worker.RentExchange();
        exchange.Begin(new EndedConnection(_connectionStartedAt, _headBytes + summary.BytesFromUpstream, _headBytes), model, _requestStartedAt);
        exchange.Server = _server;
        exchange.Location = _location;
        exchange.RequestLength = _requestLength;
        exchange.Response.Head.Status = 101;
        exchange.Tunnel = summary;
        exchange.Upstream.Restore(_attempts);
        ref UpstreamAttempt last = ref exchange.Upstream.Current;
        last.BytesReceived += summary.BytesFromUpstream;
        last.BytesSent += summary.BytesFromClient;
        last.ResponseLength += summary.BytesFromUpstream;
        last.ResponseTime = worker.Loop.Now - last.StartedAt;
        _line.Write(exchange, moment);
        worker.Return(exchange);
    }

    private sealed class EndedConnection(long startedAt, long bytesSent, long headBytes) : IClientConnection
    {
        public long Serial => 0;

        public int Requests => 1;

        public long StartedAt => startedAt;

        public ListenerModel Listener => throw new InvalidOperationException("The connection has become a tunnel.");

        public SocketEndpoint RemoteEndpoint => throw new InvalidOperationException("The connection has become a tunnel.");

        public SocketEndpoint LocalEndpoint => throw new InvalidOperationException("The connection has become a tunnel.");

        public ByteSlice RemoteAddress => default;

        public bool IsPipelined => false;

        public int Descriptor => -1;

        public long BytesSent => bytesSent;

        public long HeadBytesSent => headBytes;
    }
}
