using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Demo;

/// <summary>
/// The wire between the demo's gateway and its echo backend, with a pair of scissors: connections pass until they are frozen or cut, and
/// nobody answers at all while it is closed.
/// </summary>
internal sealed class LabLink : IAsyncDisposable
{
    private const int MaxConnections = 1000;
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(50);

    private readonly IPEndPoint _endPoint;
    private readonly ConcurrentDictionary<Wire, Task> _wires = new();
    private volatile TaskCompletionSource? _thaw;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private IPEndPoint _target = new(IPAddress.Loopback, 0);

    /// <param name="endPoint">Where the gateway expects its backend.</param>
    public LabLink(IPEndPoint endPoint) => _endPoint = endPoint;

    /// <summary>Whether nothing passes.</summary>
    public bool IsFrozen => _thaw is not null;

    /// <summary>Number of connections that are open now.</summary>
    public int Count => _wires.Count;

    /// <summary>Listens, and connects to <paramref name="target"/> for each connection.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public void Open(IPEndPoint target)
    {
        _target = target;
        var listener = new Socket(_endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(_endPoint);
            listener.Listen();
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    /// <summary>Refuses new connections; those that are there go on.</summary>
    public async Task CloseAsync()
    {
        _listener?.Dispose();
        _listener = null;
        await _accepting;
    }

    /// <summary>Lets nothing through any more, in no direction, without closing anything.</summary>
    public void Freeze() => _thaw ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets through what has waited, and what comes.</summary>
    public void Thaw()
    {
        var thaw = _thaw;
        _thaw = null;
        thaw?.TrySetResult();
    }

    /// <summary>Resets every connection, as a network that is gone or a backend that crashes does.</summary>
    public void Cut()
    {
        foreach (var wire in _wires.Keys)
            wire.Cut();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Thaw();
        Cut();
        await Task.WhenAll(_wires.Values);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync();
                if (_wires.Count >= MaxConnections)
                {
                    client.Dispose();
                    continue;
                }

                var wire = new Wire(client);
                _wires[wire] = Task.CompletedTask;
                _wires[wire] = CarryAsync(wire);
                if (wire.HasEnded)
                    _wires.TryRemove(wire, out _);
            }
            catch (Exception e) when (e is ObjectDisposedException || e is SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(s_acceptPause); // one client vanished, or descriptors ran out: no busy loop
            }
        }
    }

    private async Task CarryAsync(Wire wire)
    {
        try
        {
            await wire.Backend.ConnectAsync(_target);
            await Task.WhenAll(PassAsync(wire.Gateway, wire.Backend), PassAsync(wire.Backend, wire.Gateway));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone, or the wire was cut: both ends learn of it.
        }
        finally
        {
            wire.Cut();
            _wires.TryRemove(wire, out _);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[BufferSize];
        while (await from.ReceiveAsync(buffer) is > 0 and var count)
        {
            while (_thaw is { } thaw)
                await thaw.Task;
            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private sealed class Wire(Socket gateway)
    {
        private int _ended;

        public Socket Gateway { get; } = NoDelay(gateway);

        public Socket Backend { get; } = NoDelay(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

        public bool HasEnded => Volatile.Read(ref _ended) != 0;

        /// <summary>Resets both ends; after an orderly end there is nothing left to reset.</summary>
        public void Cut()
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
                return;
            foreach (var socket in new[] { Gateway, Backend })
                socket.Close(0);
        }

        private static Socket NoDelay(Socket socket)
        {
            socket.NoDelay = true;
            return socket;
        }
    }
}
