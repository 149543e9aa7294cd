using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hawser.Testing;

/// <summary>What a <see cref="FaultProxy"/> does to one direction of a connection.</summary>
public sealed record Fault
{
    /// <summary>Nothing: bytes pass as they come.</summary>
    public static Fault None { get; } = new();

    /// <summary>Waits this long before each piece is passed on.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Largest number of bytes written at once; 0 for no limit. 1 makes every byte a segment of its own.</summary>
    public int PieceSize { get; init; }

    /// <summary>After so many bytes nothing more is passed on, and the connection stays open. Null for never.</summary>
    public long? StallAfter { get; init; }

    /// <summary>After so many bytes both connections are reset. Null for never.</summary>
    public long? ResetAfter { get; init; }

    /// <summary>After so many bytes the end of the stream is passed on, while the other direction goes on. Null for never.</summary>
    public long? HalfCloseAfter { get; init; }
}

/// <summary>A TCP proxy in front of a port of 127.0.0.1 that delays, cuts, stalls, half-closes and resets on request.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _target;
    private readonly Task _accepting;

    /// <summary>Starts a proxy.</summary>
    /// <param name="targetPort">The port of 127.0.0.1 that connections go on to.</param>
    public FaultProxy(int targetPort)
    {
        _target = new(IPAddress.Loopback, targetPort);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>The port that the proxy listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>What happens on the way to the target; applies to new connections.</summary>
    public Fault ToTarget { get; set; } = Fault.None;

    /// <summary>What happens on the way back; applies to new connections.</summary>
    public Fault FromTarget { get; set; } = Fault.None;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                var connection = CarryAsync(client);
                _connections[connection] = 0;
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

    private async Task CarryAsync(Socket client)
    {
        using var _ = client;
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = target.NoDelay = true;
            await target.ConnectAsync(_target, _stop.Token);
            await Task.WhenAll(PassAsync(client, target, ToTarget), PassAsync(target, client, FromTarget));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // A broken connection is what this proxy is for: both ends learn of it as each of their sockets closes.
        }
    }

    private async Task PassAsync(Socket from, Socket to, Fault fault)
    {
        var buffer = new byte[65536];
        var passed = 0L;
        while (true)
        {
            var count = await from.ReceiveAsync(buffer, _stop.Token);
            if (count == 0)
                break;
            for (var at = 0; at < count;)
            {
                var piece = (int)Math.Min(fault.PieceSize > 0 ? fault.PieceSize : count, count - at);
                piece = (int)Math.Min(piece, (NextFault(fault) ?? long.MaxValue) - passed);
                if (fault.Delay > TimeSpan.Zero)
                    await Task.Delay(fault.Delay, _stop.Token);
                await to.SendAsync(buffer.AsMemory(at, piece), _stop.Token);
                at += piece;
                passed += piece;
                if (passed == NextFault(fault))
                {
                    await ApplyAsync(fault, passed, from, to);
                    return;
                }
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private static long? NextFault(Fault fault) =>
        new[] { fault.StallAfter, fault.ResetAfter, fault.HalfCloseAfter }.Where(at => at is not null).Min();

    private async Task ApplyAsync(Fault fault, long passed, Socket from, Socket to)
    {
        if (passed == fault.ResetAfter)
        {
            foreach (var end in new[] { from, to })
            {
                end.LingerState = new LingerOption(true, 0);
                end.Close();
            }
        }
        else if (passed == fault.HalfCloseAfter)
        {
            to.Shutdown(SocketShutdown.Send);
        }
        else
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }
    }
}
