using System.Buffers.Binary;
using Hawser.Gateway.Logging;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>One name server, as one loop talks to it: a datagram socket while it is needed, and a connection for each answer that is too large.</summary>
internal sealed class NameServer(NameResolver resolver, Worker worker, SocketEndpoint endpoint) : IReadyHandler
{
    // As nginx: connecting, and each step of the transfer.
    private const long TcpTimeout = 5000;

    private const int LargestDatagram = 4096;

    private DatagramSocket? _socket;

    public SocketEndpoint Endpoint { get; } = endpoint;

    /// <summary>Sends a query as a datagram. False: the server cannot be reached.</summary>
    public bool Send(ReadOnlySpan<byte> query)
    {
        if (_socket is null)
        {
            int error = DatagramSocket.Open(worker.Loop, Endpoint, this, out _socket);
            if (error != 0) return Unreachable("connect()", error);
        }
        int sent = _socket!.Send(query);
        return sent > 0 || sent == -Errno.EAGAIN || Unreachable("send()", -sent);
    }

    /// <summary>Asks one question over TCP and ends the connection.</summary>
    public void SendOverTcp(NameLookup lookup, ReadOnlySpan<byte> query)
    {
        byte[] framed = new byte[2 + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsSpan(2));
        _ = AskOverTcpAsync(lookup, framed);
    }

    public void Close()
    {
        _socket?.Close();
        _socket = null;
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        Span<byte> datagram = stackalloc byte[LargestDatagram];
        while (_socket is not null)
        {
            int length = _socket.Receive(datagram);
            if (length == -Errno.EAGAIN) return;
            if (length < 0)
            {
                Unreachable("recv()", -length);
                resolver.OnUnreachable(this);
                return;
            }
            resolver.OnMessage(datagram[..length], overTcp: false);
        }
    }

    private bool Unreachable(string call, int errno)
    {
        Close();
        resolver.Log($"{call} failed ({Errno.Describe(errno)}) while resolving, resolver: {Endpoint}");
        return false;
    }

    /// <summary>A query and its reply, each behind its length in two octets (RFC 1035 §4.2.2).</summary>
    private async Task AskOverTcpAsync(NameLookup lookup, byte[] query)
    {
        Channel channel = worker.RentChannel();
        byte[] reply = worker.Loop.Buffers.Rent(2 + ushort.MaxValue);
        try
        {
            int error = -channel.Connect(Endpoint, null, isTransparent: false, out _);
            if (error == Errno.EINPROGRESS)
            {
                if (await channel.WaitWritable(TcpTimeout) != WaitResult.Ready) return; // the lookup's own clock runs on
                error = channel.ConnectError;
            }
            if (error != 0)
            {
                Refused(lookup, "connect()", error);
                return;
            }
            channel.Send(query, TcpTimeout);
            int length = await ReceiveAsync(channel, reply);
            if (length > 0) resolver.OnMessage(reply.AsSpan(2, length), overTcp: true);
        }
        catch (Exception e)
        {
            // A defect in the gateway; the lookup asks again by itself.
            worker.Model.ErrorLog.Write(LogLevel.Crit, $"unexpected failure: {e}");
        }
        finally
        {
            worker.Loop.Buffers.Return(reply);
            channel.Close();
            worker.Return(channel);
        }
    }

    /// <summary>Reads one message. Its length; 0 when none comes.</summary>
    private static async ValueTask<int> ReceiveAsync(Channel channel, byte[] buffer)
    {
        int received = 0;
        while (true)
        {
            int read = channel.Read(buffer.AsSpan(received, 2 + ushort.MaxValue - received));
            if (read == -Errno.EAGAIN)
            {
                if (await channel.WaitReadable(TcpTimeout) != WaitResult.Ready) return 0;
                continue;
            }
            if (read <= 0) return 0;
            received += read;
            if (received < 2) continue;
            int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            if (received >= 2 + length) return length;
        }
    }

    private void Refused(NameLookup lookup, string call, int errno)
    {
        resolver.Log($"{call} failed ({Errno.Describe(errno)}) while resolving, resolver: {Endpoint}");
        resolver.OnUnreachable(this, lookup);
    }
}
