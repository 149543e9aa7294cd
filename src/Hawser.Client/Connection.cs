using System.Net.WebSockets;

namespace Hawser.Client;

/// <summary>What a driver knows about one attempt and the connection that came of it.</summary>
internal sealed class Connection : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly object _gate = new();
    private readonly CancellationTokenSource _cancel = new();
    private bool _ended;

    public Connection() => Cancel = _cancel.Token;

    public ITransport? Transport { get; private set; }

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>The open handlers have run, and messages go out. Guarded by the driver's lock.</summary>
    public bool IsFlushing { get; set; }

    /// <summary>Somebody is sending. Guarded by the driver's lock.</summary>
    public bool IsPumping { get; set; }

    /// <summary>A message waits for its reader, so nothing is received.</summary>
    public volatile bool IsBlocked;

    /// <summary>Takes the transport, unless the attempt has been given up meanwhile.</summary>
    public bool TryStart(ITransport transport)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                Transport = transport;
                return true;
            }
        }

        transport.Dispose();
        return false;
    }

    /// <summary>Ends it without a word.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
        }

        Transport?.Abort();
        _cancel.Cancel();
        Transport?.Dispose();
        _cancel.Dispose();
    }

    /// <summary>As <see cref="Abort"/>; of no effect where it has ended.</summary>
    public void Dispose() => Abort();

    /// <summary>Starts the close handshake. One that is let go is given a moment to end well.</summary>
    public async Task ShutAsync(int code, string reason, bool letGo)
    {
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            await Transport!.ShutAsync(code, reason, limit.Token).ConfigureAwait(false);
            if (letGo)
                await Task.Delay(s_patience, Cancel).ConfigureAwait(false); // the answer ends the receiving side, and with it this wait
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // It broke in the same moment; there is nothing left to say goodbye to.
        }
        finally
        {
            if (letGo)
                Abort();
        }
    }
}
