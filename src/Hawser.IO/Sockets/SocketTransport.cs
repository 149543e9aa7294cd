using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>A TCP or Unix stream socket, as it is.</summary>
public sealed unsafe class SocketTransport(int descriptor) : Transport
{
    private int _descriptor = descriptor;

    public override int Descriptor => _descriptor;

    public override int Read(Span<byte> buffer) => Receive(buffer, 0);

    public override int Peek(Span<byte> buffer) => Receive(buffer, Libc.MSG_PEEK);

    private int Receive(Span<byte> buffer, int flags)
    {
        fixed (byte* start = buffer)
        {
            int result;
            do result = Libc.Result(Libc.recv(_descriptor, start, (nuint)buffer.Length, flags));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    public override int Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            int result;
            do result = Libc.Result(Libc.send(_descriptor, start, (nuint)buffer.Length, Libc.MSG_NOSIGNAL));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    public override int WriteFile(int file, ref long offset, int count)
    {
        fixed (long* position = &offset)
        {
            int result;
            do result = Libc.Result(Libc.sendfile(_descriptor, file, position, (nuint)count));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    public override void ShutdownWrite() => _ = Libc.shutdown(_descriptor, Libc.SHUT_WR);

    public override void Close()
    {
        if (_descriptor < 0) return;
        _ = Libc.close(_descriptor);
        _descriptor = -1;
    }
}
