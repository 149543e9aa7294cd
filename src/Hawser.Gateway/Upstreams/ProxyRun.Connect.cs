using System.Runtime.CompilerServices;
using Hawser.Gateway.Logging;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary>Step b: a connection to the server picked, kept from an earlier request or new.</summary>
public sealed partial class ProxyRun
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Failure> ConnectAsync()
    {
        if (_state.TakeIdle(_peer!, _model) is { } kept)
        {
            _connection = kept;
            Attempt.ConnectTime = 0;
            return Failure.None;
        }
        int result = OpenSocket();
        if (result < 0 && result != -Errno.EINPROGRESS) return ConnectFailed(-result);
        if (result < 0 && await WaitConnectedAsync() is not Failure.None and var failure) return failure;
        Attempt.ConnectTime = Now - Attempt.StartedAt;
        return Failure.None;
    }

    /// <summary>Begins to connect: 0 when that is done already, <c>-EINPROGRESS</c> when the socket will tell, another negated errno when it failed.</summary>
    private int OpenSocket()
    {
        PeerModel peer = _peer!;
        int result = SocketCalls.Connect(peer.Endpoint, _model.Bind?.Resolve(exchange), _model.Bind?.IsTransparent ?? false, out int descriptor);
        if (result < 0 && result != -Errno.EINPROGRESS)
        {
            if (descriptor >= 0) SocketCalls.Close(descriptor);
            return result;
        }
        _connection = new UpstreamConnection(Worker, peer, _model);
        _connection.Channel.Open(new SocketTransport(descriptor), connected: result == 0);
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
        int error = SocketCalls.PendingError(channel.Transport.Descriptor);
        return error == 0 ? Failure.None : ConnectFailed(error);
    }

    private Failure ConnectFailed(int errno)
    {
        exchange.LogError(LogLevel.Error, $"connect() failed ({Errno.Describe(errno)}) while connecting to upstream");
        return Failure.Error;
    }
}
