using System.Net.Security;
using System.Net.Sockets;

namespace Hawser.Testing.Churn;

/// <summary>
/// One end of a WebSocket, by hand and at little cost, for thousands of them. It counts every byte behind the handshake, because what went through
/// a gateway is to be compared with what the gateway has counted. Frames have payloads below 126 bytes.
/// </summary>
/// <param name="socket">Connected; this object's from now on.</param>
/// <param name="isClient">Whether its frames are masked.</param>
public sealed class FrameSocket(Socket socket, bool isClient) : IDisposable
{
    /// <summary>How long a peer may say nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly byte[] _buffer = new byte[512];
    private SslStream? _tls;
    private int _start;
    private int _end;

    /// <summary>A frame: the first byte's opcode and final bit, and the payload, valid until the next read.</summary>
    public readonly record struct Frame(int Opcode, bool IsFinal, ReadOnlyMemory<byte> Payload);

    /// <summary>Bytes sent behind the handshake.</summary>
    public long Sent { get; private set; }

    /// <summary>Bytes of data frames, whole ones, sent and received.</summary>
    public long DataSent { get; private set; }

    /// <inheritdoc cref="DataSent"/>
    public long DataReceived { get; private set; }

    /// <summary>Speaks TLS from here on, as a client that wants a certificate for localhost, and no authority behind it. What is counted is what goes through it.</summary>
    public async Task SecureAsync()
    {
        _tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, static (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateChainErrors);
        await _tls.AuthenticateAsClientAsync("localhost").WaitAsync(Patience);
    }

    /// <summary>Reads a head of HTTP, up to and including its empty line; null when the connection ended first.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var text = Bytes.ToText(_buffer.AsSpan(_start, _end - _start));
            var length = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            if (length >= 4)
            {
                _start += length;
                return text[..length];
            }

            if (!await FillAsync())
                return null;
        }
    }

    /// <summary>Sends bytes that are no frame.</summary>
    public async Task SendTextAsync(string text) => await SendAllAsync(Bytes.FromText(text));

    /// <summary>Reads one frame; null when the connection has ended, in good order or not.</summary>
    /// <exception cref="TimeoutException">Nothing came for <see cref="Patience"/>.</exception>
    public async Task<Frame?> ReadAsync()
    {
        while (true)
        {
            if (Take() is { } frame)
                return frame;
            try
            {
                if (!await FillAsync())
                    return null;
            }
            catch (Exception ended) when (ended is SocketException or IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Sends one frame, or its first bytes only. A connection that has ended takes them and says nothing, as TCP does.</summary>
    /// <param name="first">Final bit and opcode.</param>
    /// <param name="payload">Fewer than 126 bytes.</param>
    /// <param name="cut">How many bytes of the frame to send; null for all.</param>
    public async Task SendAsync(byte first, ReadOnlyMemory<byte> payload, int? cut = null)
    {
        var frame = Encode(first, payload.Span);
        var length = cut ?? frame.Length;
        Sent += length;
        if (first is 0x00 or 0x80 or 0x02 or 0x82)
            DataSent += length;
        try
        {
            await SendAllAsync(frame.AsMemory(0, length));
        }
        catch (Exception ended) when (ended is SocketException or IOException)
        {
            // Reading will tell.
        }
    }

    /// <summary>Ends the connection with a reset, unless it has ended.</summary>
    public void Reset()
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        _tls?.Dispose();
    }

    private Frame? Take()
    {
        var available = _end - _start;
        if (available < 2)
            return null;
        var head = _buffer.AsSpan(_start);
        var isMasked = (head[1] & 0x80) != 0;
        var length = head[1] & 0x7F;
        var payloadAt = isMasked ? 6 : 2;
        if (available < payloadAt + length)
            return null;
        var payload = _buffer.AsMemory(_start + payloadAt, length);
        if (isMasked)
        {
            for (var i = 0; i < length; i++)
                payload.Span[i] ^= head[2 + (i & 3)];
        }

        var opcode = head[0] & 0x0F;
        if (opcode < 8)
            DataReceived += payloadAt + length;
        _start += payloadAt + length;
        return new(opcode, (head[0] & 0x80) != 0, payload);
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            throw new InvalidOperationException($"{_end} bytes are no frame: {Convert.ToHexString(_buffer.AsSpan(0, 16))}");
        var reading = _tls is null ? socket.ReceiveAsync(_buffer.AsMemory(_end)) : _tls.ReadAsync(_buffer.AsMemory(_end));
        var count = await reading.AsTask().WaitAsync(Patience);
        _end += count;
        return count > 0;
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_tls is not null)
        {
            await _tls.WriteAsync(bytes).AsTask().WaitAsync(Patience);
            return;
        }

        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes).AsTask().WaitAsync(Patience)..];
    }

    private byte[] Encode(byte first, ReadOnlySpan<byte> payload)
    {
        var start = isClient ? 6 : 2;
        var frame = new byte[start + payload.Length];
        frame[0] = first;
        frame[1] = (byte)((isClient ? 0x80 : 0) | payload.Length);
        payload.CopyTo(frame.AsSpan(start));
        if (isClient)
        {
            (frame[2], frame[5]) = (0x5A, 0xA5); // any masking key
            for (var i = 0; i < payload.Length; i++)
                frame[start + i] ^= frame[2 + (i & 3)];
        }

        return frame;
    }
}
