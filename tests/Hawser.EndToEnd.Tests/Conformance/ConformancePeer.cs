using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Conformance;

/// <summary>
/// The server of the conformance cases. <c>/echo</c> is .NET's WebSocket: it judges what it gets and sends messages back. <c>/push?NAME</c> sends
/// the bytes of a case, as a server would. Either ends its stream, and then reads to the client's end, so that no reset destroys the answer.
/// </summary>
internal sealed class ConformancePeer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PortLease _lease = PortLease.Take();
    private readonly Task _accepting;

    public ConformancePeer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, _lease.Port));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public int Port => _lease.Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
        _lease.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                Task serving = ServeAsync(socket);
                _running[serving] = 0;
                _ = serving.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // This connection was reset before it was looked at; the next one may be fine.
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var connection = new NetworkStream(socket, ownsSocket: true);
        await using var stream = new LastingStream(connection);
        try
        {
            string head = await ReadHeadAsync(stream);
            bool deflates = head.Contains("permessage-deflate", StringComparison.Ordinal);
            string extension = deflates ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover" : "";
            await stream.WriteAsync(Bytes.FromText(deflates ? WebSocketBytes.SwitchingProtocols(extension) : WebSocketBytes.SwitchingProtocols()), _stop.Token);
            string target = head.Split(' ')[1];
            if (target.Contains("/push?", StringComparison.Ordinal)) await PushAsync(stream, ConformanceCases.ByName[Uri.UnescapeDataString(target[(target.IndexOf('?') + 1)..])]);
            else await EchoAsync(stream, deflates);
            socket.Shutdown(SocketShutdown.Send);
            var rest = new byte[65536];
            while (await stream.ReadAsync(rest, _stop.Token) > 0)
            {
                // What the client sends after the end is nobody's.
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
        {
            // Clients and gateways come and go.
        }
    }

    private async Task PushAsync(Stream stream, ConformanceCase test)
    {
        byte[] bytes = test.Encode(isMasked: false);
        int piece = test.PieceSize == 0 ? bytes.Length : test.PieceSize;
        for (int at = 0; at < bytes.Length; at += piece)
            await stream.WriteAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)), _stop.Token);
    }

    private async Task EchoAsync(Stream stream, bool deflates)
    {
        using var webSocket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = true,
            KeepAliveInterval = TimeSpan.Zero,
            DangerousDeflateOptions = deflates ? new WebSocketDeflateOptions { ServerContextTakeover = false, ClientContextTakeover = false } : null,
        });
        var buffer = new byte[1 << 23];
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    received = await webSocket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                    length += received.Count;
                }
                while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await webSocket.CloseOutputAsync(webSocket.CloseStatus ?? WebSocketCloseStatus.Empty, webSocket.CloseStatusDescription, _stop.Token);
                    return;
                }
                await webSocket.SendAsync(buffer.AsMemory(0, length), received.MessageType, true, _stop.Token);
            }
        }
        catch (Exception refused) when (refused is WebSocketException or InvalidOperationException or InvalidDataException)
        {
            // The case is one that a server refuses; what it has said about that is sent.
        }
    }

    private async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || head[^1] != '\n' || head[^2] != '\r' || head[^3] != '\n')
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Add(one[0]);
        }
        return Bytes.ToText([.. head]);
    }

    /// <summary>.NET's WebSocket disposes its stream when it refuses a frame; the connection has to outlive that, so disposing does nothing.</summary>
    private sealed class LastingStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
