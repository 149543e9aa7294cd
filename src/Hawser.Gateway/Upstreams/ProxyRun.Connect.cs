using System.Runtime.CompilerServices;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tls;
using Hawser.IO.Buffers;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Upstreams;

/// <summary>Step b: a connection to the server picked, kept from an earlier request or new.</summary>
public sealed partial class ProxyRun
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Failure> ConnectAsync()
    {
        TlsUpstreamModel? tls = _target.IsTls ? _model.Tls : null;
        ByteSlice name = tls is null ? default : tls.NameFor(exchange);
        if (_state.TakeIdle(_peer!, _model, tls, name) is { } kept)
        {
            _connection = kept;
            Attempt.ConnectTime = 0;
            return Failure.None;
        }
        int result = OpenSocket(out bool hasSocket);
        if (!hasSocket) return SocketFailed(-result);
        if (result < 0 && result != -Errno.EINPROGRESS) return ConnectFailed(-result);
        if (result < 0 && await WaitConnectedAsync() is not Failure.None and var failure) return failure;
        if (tls is not null && await SecureAsync(tls, name) is not Failure.None and var refused) return refused;
        Attempt.ConnectTime = Now - Attempt.StartedAt;
        return Failure.None;
    }

    /// <summary>Begins to connect: 0 when that is done already, <c>-EINPROGRESS</c> when the socket will tell, another negated errno when it failed.</summary>
    /// <param name="hasSocket">False when there was no descriptor to begin with.</param>
    private int OpenSocket(out bool hasSocket)
    {
        PeerModel peer = _peer!;
        var connection = new UpstreamConnection(Worker, peer, _model);
        int result = connection.Channel.Connect(peer.Endpoint, _model.Bind?.Resolve(exchange), _model.Bind?.IsTransparent ?? false, out hasSocket);
        if (result < 0 && result != -Errno.EINPROGRESS)
        {
            connection.Close();
            return result;
        }
        _connection = connection;
        int descriptor = connection.Channel.Transport.Descriptor;
        if (!peer.Endpoint.IsUnix) SocketCalls.SetNoDelay(descriptor);
        if (_model.SocketKeepAlive) SocketCalls.SetKeepAlive(descriptor);
        if (_model.SocketReceiveBuffer > 0) SocketCalls.SetReceiveBuffer(descriptor, _model.SocketReceiveBuffer);
        if (_model.SocketSendBuffer > 0) SocketCalls.SetSendBuffer(descriptor, _model.SocketSendBuffer);
        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Failure> WaitConnectedAsync()
    {
        Channel channel = _connection!.Channel;
        WaitResult wait = await channel.WaitWritable(_model.ConnectTimeout);
        if (wait == WaitResult.Aborted) return Failure.Aborted;
        if (wait == WaitResult.TimedOut)
        {
            exchange.LogError(LogLevel.Error, $"upstream timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while connecting to upstream");
            return Failure.Timeout;
        }
        return channel.ConnectError is not 0 and var error ? ConnectFailed(error) : Failure.None;
    }

    /// <summary>The handshake with the server, within <c>proxy_connect_timeout</c>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Failure> SecureAsync(TlsUpstreamModel model, ByteSlice name)
    {
        Channel channel = _connection!.Channel;
        if (model.Begin(exchange, _peer!, channel.Transport, name) is not { } tls) return Failure.Local;
        _connection.Secure(tls, model, name);
        long deadline = Now + _model.ConnectTimeout;
        while (true)
        {
            WaitResult wait;
            switch (tls.Advance())
            {
                case TlsProgress.Complete:
                    channel.MarkReady();
                    return model.Accepts(exchange, tls, name) ? Failure.None : Failure.Error;
                case TlsProgress.NeedsInput:
                    channel.MarkDrained();
                    wait = await channel.WaitReadable(Math.Max(0, deadline - Now));
                    break;
                case TlsProgress.NeedsOutput:
                    channel.MarkFull();
                    wait = await channel.WaitWritable(Math.Max(0, deadline - Now));
                    break;
                default:
                    exchange.LogError(LogLevel.Error, $"{tls.FailureText} while SSL handshaking to upstream");
                    return Failure.Error;
            }
            if (wait == WaitResult.Aborted) return Failure.Aborted;
            if (wait != WaitResult.TimedOut) continue;
            exchange.LogError(LogLevel.Error, $"upstream timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while SSL handshaking to upstream");
            return Failure.Timeout;
        }
    }

    /// <summary>The gateway is out of descriptors. No server is to blame, and no other one could be asked.</summary>
    private Failure SocketFailed(int errno)
    {
        exchange.LogError(LogLevel.Alert, $"socket() failed ({Errno.Describe(errno)}) while connecting to upstream");
        return Failure.Local;
    }

    private Failure ConnectFailed(int errno)
    {
        exchange.LogError(LogLevel.Error, $"connect() failed ({Errno.Describe(errno)}) while connecting to upstream");
        return Failure.Error;
    }
}
