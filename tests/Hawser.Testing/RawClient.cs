using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing;

/// <summary>The state of a connection as one end sees it.</summary>
public enum ConnectionState
{
    /// <summary>Open, as far as one can know.</summary>
    Open,

    /// <summary>The peer has sent its end of stream.</summary>
    Closed,

    /// <summary>The peer has reset the connection.</summary>
    Reset,
}

/// <summary>A client that sends exactly the bytes it is given, cut where it is told to, and reads nothing until asked.</summary>
public sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly Wire _wire;
    private readonly MemoryStream _received = new();
    private int _taken;

    private RawClient(Socket socket)
    {
        _socket = socket;
        _wire = new(socket);
    }

    /// <summary>Whether the peer has ended the connection, as far as reading has got.</summary>
    public ConnectionState State { get; private set; }

    /// <summary>What TLS has agreed upon; null on a plain connection and where it failed.</summary>
    public string? TlsAgreement => _wire.Agreement;

    /// <summary>Why TLS failed; null where it did not.</summary>
    public string? TlsFailure => _wire.Failure;

    /// <summary>Whether TLS is spoken, or was tried.</summary>
    public bool IsTls => _wire.IsTls;

    /// <summary>Whether the peer has said close_notify, as far as reading has got.</summary>
    public bool PeerSaidGoodbye => _wire.PeerSaidGoodbye;

    /// <summary>The port of this end.</summary>
    public int LocalPort => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Everything received since the connection began, one character for each byte.</summary>
    public string Received => Bytes.ToText(_received.GetBuffer().AsSpan(0, (int)_received.Length));

    /// <summary>What was received and not yet taken by a read.</summary>
    public string Pending => Received[_taken..];

    /// <summary>Connects to a port of 127.0.0.1.</summary>
    /// <param name="port">The port.</param>
    /// <param name="receiveBuffer">Size of the kernel's receive buffer in bytes, to make a slow reader; null for the kernel's choice.</param>
    public static Task<RawClient> ConnectAsync(int port, int? receiveBuffer = null) =>
        ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), receiveBuffer);

    /// <summary>Connects to any address, a Unix socket's too.</summary>
    public static async Task<RawClient> ConnectAsync(EndPoint address, int? receiveBuffer = null)
    {
        var isUnix = address is UnixDomainSocketEndPoint;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (!isUnix)
            socket.NoDelay = true;
        if (receiveBuffer is { } size)
            socket.ReceiveBufferSize = size;
        try
        {
            await socket.ConnectAsync(address).WaitAsync(s_defaultTimeout);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new RawClient(socket);
    }

    /// <summary>The same for a connection that a server has accepted.</summary>
    public static RawClient Over(Socket accepted) => new(accepted);

    /// <summary>Speaks TLS from here on. A handshake that fails is noted in <see cref="TlsFailure"/> and <see cref="State"/>, not thrown.</summary>
    public async Task StartTlsAsync(TlsPeer peer)
    {
        try
        {
            await _wire.ConnectTlsAsync(peer).WaitAsync(s_defaultTimeout);
        }
        catch (SocketException error) when (IsReset(error))
        {
            State = _wire.Failure is null ? ConnectionState.Reset : ConnectionState.Closed;
        }
    }

    /// <summary>Reads one WebSocket frame.</summary>
    /// <param name="timeout">How long to wait for its end; ten seconds when null.</param>
    /// <returns>The frame, unmasked; null when the time was over or the connection ended before it was complete.</returns>
    public async Task<WebSocketFrame?> ReadFrameAsync(TimeSpan? timeout = null)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (WebSocketBytes.Decode(Pending, out var length) is { } frame)
            {
                _taken += length;
                return frame;
            }

            if (State != ConnectionState.Open || !await ReceiveAsync((timeout ?? s_defaultTimeout) - watch.Elapsed))
                return null;
        }
    }

    /// <summary>Sends a text, one byte for each character.</summary>
    public Task SendAsync(string text) => SendAsync(Bytes.FromText(text));

    /// <summary>Sends bytes. A peer that has reset the connection is noted in <see cref="State"/>, not thrown.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _wire.SendAsync(bytes).WaitAsync(s_defaultTimeout);
        }
        catch (SocketException error) when (IsReset(error))
        {
            State = ConnectionState.Reset;
        }
    }

    /// <summary>Sends fragments, each in a segment of its own with a pause before the next.</summary>
    public async Task SendFragmentsAsync(IEnumerable<ReadOnlyMemory<byte>> fragments, TimeSpan pause)
    {
        var first = true;
        foreach (var fragment in fragments)
        {
            if (!first)
                await Task.Delay(pause);
            first = false;
            await SendAsync(fragment);
        }
    }

    /// <summary>Reads one response.</summary>
    /// <param name="isHead">Whether it answers HEAD.</param>
    /// <param name="timeout">How long to wait for its end; ten seconds when null.</param>
    /// <returns>The response, incomplete when the time was over or the connection ended; null when not even a head came.</returns>
    public async Task<HttpReply?> ReadReplyAsync(bool isHead = false, TimeSpan? timeout = null)
    {
        var watch = Stopwatch.StartNew();
        var limit = timeout ?? s_defaultTimeout;
        while (true)
        {
            var reply = HttpReply.Read(Pending, isHead, State != ConnectionState.Open, out var length);
            if (reply is { IsComplete: true } || State != ConnectionState.Open || !await ReceiveAsync(limit - watch.Elapsed))
            {
                _taken += length;
                return reply;
            }
        }
    }

    /// <summary>Reads until the peer ends the connection.</summary>
    /// <returns>All that was not yet taken.</returns>
    /// <exception cref="TimeoutException">The connection stayed open.</exception>
    public async Task<string> ReadToEndAsync(TimeSpan? timeout = null)
    {
        var limit = timeout ?? s_defaultTimeout;
        if (await WaitForEndAsync(limit) == ConnectionState.Open)
            throw new TimeoutException($"The connection was still open after {limit.TotalSeconds:0.#} s. Received:\n{Bytes.Escape(Received)}");
        return TakePending();
    }

    /// <summary>Reads until so many bytes are there, nothing came for the time given, or the connection ended.</summary>
    public async Task<string> ReadAsync(int count, TimeSpan? idle = null)
    {
        while (_received.Length - _taken < count && State == ConnectionState.Open && await ReceiveAsync(idle ?? s_defaultTimeout))
        {
            // Each turn has received something.
        }

        var length = (int)Math.Min(count, _received.Length - _taken);
        var taken = Bytes.ToText(_received.GetBuffer().AsSpan(_taken, length));
        _taken += length;
        return taken;
    }

    /// <summary>Reads until nothing came for the time given, or the connection ended.</summary>
    public Task<string> ReadUntilIdleAsync(TimeSpan idle) => ReadAsync(int.MaxValue, idle);

    /// <summary>Reads until a text has arrived, nothing came for the time given, or the connection ended.</summary>
    /// <returns>What had arrived, up to and including the text where it did.</returns>
    public async Task<string> ReadUntilAsync(string text, TimeSpan? idle = null)
    {
        int at;
        while ((at = Pending.IndexOf(text, StringComparison.Ordinal)) < 0
            && State == ConnectionState.Open && await ReceiveAsync(idle ?? s_defaultTimeout))
        {
            // Each turn has received something.
        }

        return at < 0 ? TakePending() : await ReadAsync(at + text.Length);
    }

    /// <summary>Reads on, keeping what comes, until the connection ends or the time is over.</summary>
    public async Task<ConnectionState> WaitForEndAsync(TimeSpan timeout)
    {
        var watch = Stopwatch.StartNew();
        while (State == ConnectionState.Open && await ReceiveAsync(timeout - watch.Elapsed))
        {
            // Each turn has received something or seen the end.
        }

        return State;
    }

    /// <summary>Ends the sending direction, without a word of TLS.</summary>
    public void EndSending()
    {
        try
        {
            _wire.EndSending();
        }
        catch (SocketException error) when (IsReset(error))
        {
            State = ConnectionState.Reset;
        }
    }

    /// <summary>Says close_notify; the connection stays, and so does what the peer may still send. Nothing on a plain connection.</summary>
    public async Task SayGoodbyeAsync()
    {
        try
        {
            await _wire.SayGoodbyeAsync();
        }
        catch (SocketException error) when (IsReset(error))
        {
            State = ConnectionState.Reset;
        }
    }

    /// <summary>Ends the connection with a reset.</summary>
    public void Reset()
    {
        _wire.Reset();
        State = ConnectionState.Reset;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _wire.Dispose();
        await _received.DisposeAsync();
    }

    private string TakePending()
    {
        var taken = Pending;
        _taken += taken.Length;
        return taken;
    }

    /// <returns>False when the time is over.</returns>
    private async Task<bool> ReceiveAsync(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return false;
        var buffer = new byte[65536];
        using var over = new CancellationTokenSource(timeout);
        try
        {
            var count = await _wire.ReceiveAsync(buffer, over.Token);
            if (count == 0)
                State = ConnectionState.Closed;
            _received.Write(buffer, 0, count);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (SocketException error) when (IsReset(error))
        {
            State = ConnectionState.Reset;
        }

        return true;
    }

    private static bool IsReset(SocketException error) => error.SocketErrorCode
        is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted or SocketError.NotConnected;
}
