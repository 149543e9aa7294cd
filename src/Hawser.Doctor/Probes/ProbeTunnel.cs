using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hawser.Protocols.WebSocket;

namespace Hawser.Doctor.Probes;

/// <summary>The frames of an open WebSocket: echo, ping, and silence.</summary>
internal sealed class ProbeTunnel(Stream stream, byte[] alreadyRead)
{
    private const int LargestPayload = 1 << 20;

    private byte[] _buffer = alreadyRead;

    /// <summary>What came: a frame, or how the connection ended.</summary>
    private readonly record struct Incoming(FrameOpcode Opcode, byte[] Payload, string? End);

    /// <summary>Sends a ping and waits for its pong; messages on the way are counted.</summary>
    public async Task<ProbeStep> PingAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        byte[] payload = Encoding.ASCII.GetBytes("hawser-doctor");
        var watch = Stopwatch.StartNew();
        if (!await SendAsync(FrameOpcode.Ping, payload, cancellation)) return new ProbeStep(ProbeResult.Failed, "ping.closed", ("code", "1006"), ("reason", ""));
        while (await ReadAsync(timeout, cancellation) is { } frame)
        {
            if (frame.End is { } end)
            {
                return end == "timeout" ? new ProbeStep(ProbeResult.Failed, "ping.none", ("time", ProbeConnection.Seconds(timeout)))
                    : new ProbeStep(ProbeResult.Failed, "ping.closed", ("code", "1006"), ("reason", end));
            }
            if (frame.Opcode == FrameOpcode.Close) return Closed("ping.closed", ProbeResult.Failed, frame.Payload);
            if (frame.Opcode == FrameOpcode.Ping) await SendAsync(FrameOpcode.Pong, frame.Payload, cancellation);
            if (frame.Opcode == FrameOpcode.Pong && frame.Payload.AsSpan().SequenceEqual(payload))
                return new ProbeStep(ProbeResult.Passed, "ping", ("time", ProbeConnection.Milliseconds(watch)));
        }
        return new ProbeStep(ProbeResult.Failed, "ping.none", ("time", ProbeConnection.Seconds(timeout)));
    }

    /// <summary>Sends a text and looks whether it comes back. Few servers echo, so that nothing comes is in order.</summary>
    public async Task<ProbeStep?> EchoAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        byte[] payload = Encoding.ASCII.GetBytes("hawser doctor");
        var watch = Stopwatch.StartNew();
        if (!await SendAsync(FrameOpcode.Text, payload, cancellation)) return new ProbeStep(ProbeResult.Failed, "echo.closed", ("code", "1006"), ("reason", ""));
        Incoming frame = await ReadAsync(timeout, cancellation);
        if (frame.End == "timeout") return null;
        if (frame.End is { } end) return new ProbeStep(ProbeResult.Noted, "echo.closed", ("code", "1006"), ("reason", end));
        if (frame.Opcode == FrameOpcode.Close) return Closed("echo.closed", ProbeResult.Noted, frame.Payload);
        return new ProbeStep(ProbeResult.Passed, frame.Payload.AsSpan().SequenceEqual(payload) ? "echo" : "echo.other", ("time", ProbeConnection.Milliseconds(watch)));
    }

    /// <summary>Stays silent and tells who ends the connection, and when. Pings are answered, as every client does.</summary>
    /// <param name="progress">Called about once in ten seconds with the seconds so far.</param>
    public async Task<ProbeStep> IdleAsync(TimeSpan silence, Action<TimeSpan> progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        int messages = 0;
        int pings = 0;
        while (watch.Elapsed < silence)
        {
            TimeSpan left = silence - watch.Elapsed;
            Incoming frame = await ReadAsync(left < TimeSpan.FromSeconds(10) ? left : TimeSpan.FromSeconds(10), cancellation);
            string after = ProbeConnection.Seconds(watch.Elapsed);
            if (frame.End == "timeout")
            {
                if (watch.Elapsed < silence) progress(watch.Elapsed);
                continue;
            }
            if (frame.End is { } end) return new ProbeStep(ProbeResult.Failed, "idle.cut", ("time", after), ("how", end), ("pings", Number(pings)), ("messages", Number(messages)));
            switch (frame.Opcode)
            {
                case FrameOpcode.Close:
                    (string code, string reason) = Read(frame.Payload);
                    return new ProbeStep(ProbeResult.Failed, "idle.closed", ("time", after), ("code", code), ("reason", reason), ("pings", Number(pings)), ("messages", Number(messages)));
                case FrameOpcode.Ping:
                    pings++;
                    await SendAsync(FrameOpcode.Pong, frame.Payload, cancellation);
                    break;
                default:
                    messages++;
                    break;
            }
        }
        string key = pings > 0 ? "idle.pings" : messages > 0 ? "idle.messages" : "idle";
        return new ProbeStep(ProbeResult.Passed, key, ("time", ProbeConnection.Seconds(silence)), ("pings", Number(pings)), ("messages", Number(messages)));
    }

    /// <summary>Says goodbye (RFC 6455 §7.1.2) without waiting for the answer.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        byte[] payload = new byte[2];
        ClosePayload.Write(payload, ClosePayload.Normal, default);
        await SendAsync(FrameOpcode.Close, payload, cancellation);
    }

    private static ProbeStep Closed(string key, ProbeResult result, byte[] payload)
    {
        (string code, string reason) = Read(payload);
        return new ProbeStep(result, key, ("code", code), ("reason", reason));
    }

    private static (string Code, string Reason) Read(byte[] payload) => ClosePayload.TryRead(payload, out ClosePayload close) && close.Code != ClosePayload.NoStatus
        ? (Number(close.Code), Encoding.UTF8.GetString(payload.AsSpan(2)))
        : ("1005", "");

    // A client masks every frame (RFC 6455 §5.3).
    private async Task<bool> SendAsync(FrameOpcode opcode, byte[] payload, CancellationToken cancellation)
    {
        byte[] mask = RandomNumberGenerator.GetBytes(4);
        byte[] frame = new byte[6 + payload.Length];
        frame[0] = (byte)(0x80 | (int)opcode);
        frame[1] = (byte)(0x80 | payload.Length);
        mask.CopyTo(frame, 2);
        for (int i = 0; i < payload.Length; i++) frame[6 + i] = (byte)(payload[i] ^ mask[i & 3]);
        try
        {
            await stream.WriteAsync(frame, cancellation);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<Incoming> ReadAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout > TimeSpan.Zero ? timeout : TimeSpan.FromMilliseconds(1));
        try
        {
            while (true)
            {
                int read = FrameHeader.TryRead(_buffer, out FrameHeader header, out FrameError error);
                if (error != FrameError.None || header.PayloadLength > LargestPayload) return new Incoming(default, [], "garbage");
                if (read > 0 && _buffer.Length >= read + header.PayloadLength)
                {
                    int length = (int)header.PayloadLength;
                    byte[] payload = _buffer[read..(read + length)];
                    _buffer = _buffer[(read + length)..];
                    return new Incoming(header.Opcode, payload, null);
                }
                byte[] more = new byte[16 * 1024];
                int count = await stream.ReadAsync(more, limit.Token);
                if (count == 0) return new Incoming(default, [], "closed");
                _buffer = [.. _buffer, .. more.AsSpan(0, count)];
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Incoming(default, [], "timeout");
        }
        catch (IOException)
        {
            return new Incoming(default, [], "reset");
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
