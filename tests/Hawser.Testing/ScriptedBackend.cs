using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Hawser.Testing;

/// <summary>
/// An HTTP server that answers from a script and records every byte it receives, by connection.
/// </summary>
/// <remarks>
/// Replies are taken in the order in which requests arrive, over all connections, so a script is the same for a gateway that keeps
/// upstream connections and for one that does not. The last reply answers all further requests.
/// </remarks>
public sealed class ScriptedBackend : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly IReadOnlyList<BackendReply> _replies;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<BackendConnection> _connections = [];
    private readonly List<Task> _running = [];
    private readonly Task _accepting;
    private readonly PortLease? _lease;
    private int _next;

    /// <summary>Starts a backend on a port of its own.</summary>
    public ScriptedBackend(params IReadOnlyList<BackendReply> replies)
        : this((EndPoint?)null, replies)
    {
    }

    /// <summary>Starts a backend that speaks TLS.</summary>
    public ScriptedBackend(TlsPeer tls, IReadOnlyList<BackendReply> replies)
        : this((EndPoint?)null, replies, tls.ForServer())
    {
    }

    /// <summary>Starts a backend on a Unix socket.</summary>
    public ScriptedBackend(string unixSocketPath, IReadOnlyList<BackendReply> replies)
        : this((EndPoint)new UnixDomainSocketEndPoint(unixSocketPath), replies)
    {
    }

    private ScriptedBackend(EndPoint? address, IReadOnlyList<BackendReply> replies, SslServerAuthenticationOptions? tls = null)
    {
        _tls = tls;
        _replies = replies;
        if (address is null)
        {
            _lease = PortLease.Take();
            address = new IPEndPoint(IPAddress.Loopback, _lease.Port);
        }

        _listener = new Socket(address.AddressFamily, SocketType.Stream, _lease is null ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listener.Bind(address);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>The port of 127.0.0.1 that the backend listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>The connections so far, in the order of their arrival.</summary>
    public IReadOnlyList<BackendConnection> Connections
    {
        get
        {
            lock (_connections)
                return [.. _connections];
        }
    }

    /// <summary>What all connections received, one after the other.</summary>
    public string Received => string.Concat(Connections.Select(connection => connection.Received));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] running;
        lock (_connections)
            running = [.. _running];
        await Task.WhenAll(running);
        _stop.Dispose();
        _lease?.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                if (socket.ProtocolType == ProtocolType.Tcp)
                    socket.NoDelay = true;
                var connection = new BackendConnection(new Wire(socket), _tls, NextReply, _stop.Token);
                lock (_connections)
                {
                    _connections.Add(connection);
                    _running.Add(connection.RunAsync());
                }
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

    private BackendReply NextReply(bool take)
    {
        var reply = _replies[Math.Min(Volatile.Read(ref _next), _replies.Count - 1)];
        if (take)
            Interlocked.Increment(ref _next);
        return reply;
    }
}
