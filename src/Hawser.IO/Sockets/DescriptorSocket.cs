using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>
/// A Unix stream between two processes that carries open descriptors beside bytes (SCM_RIGHTS, unix(7)). Blocking, with a time limit: it is
/// for control threads.
/// </summary>
public sealed unsafe class DescriptorSocket : IDisposable
{
    /// <summary>Descriptors that one <see cref="Send"/> may carry.</summary>
    public const int MaxDescriptors = 8;

    private const int ControlLength = 64; // a head of 16 bytes and eight descriptors, with room to spare
    private const int ControlHead = 16;   // struct cmsghdr, on 64-bit systems

    private int _descriptor;

    /// <param name="descriptor">A socket of a pair, which this object owns from now on.</param>
    public DescriptorSocket(int descriptor)
    {
        _descriptor = descriptor;
        _ = Libc.fcntl(descriptor, Libc.F_SETFD, Libc.FD_CLOEXEC);
    }

    /// <summary>The descriptor.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Makes two sockets that lead to each other.</summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    public static (DescriptorSocket Mine, DescriptorSocket Theirs) CreatePair()
    {
        int* pair = stackalloc int[2];
        Check(Libc.Result(Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.O_CLOEXEC, 0, pair)), "socketpair");
        return (new DescriptorSocket(pair[0]), new DescriptorSocket(pair[1]));
    }

    /// <summary>How long a <see cref="Send"/> or <see cref="Receive"/> may wait; zero for ever.</summary>
    public void SetTimeout(TimeSpan timeout)
    {
        long* value = stackalloc long[2] { (long)timeout.TotalSeconds, timeout.Milliseconds * 1000L }; // struct timeval
        _ = Libc.setsockopt(_descriptor, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, value, 16);
        _ = Libc.setsockopt(_descriptor, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, value, 16);
    }

    /// <summary>Sends all bytes; the descriptors go with the first of them.</summary>
    /// <exception cref="IOException">The other side is gone, or did not take them in time.</exception>
    public void Send(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors = default)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Check(SendSome(bytes, descriptors), "sendmsg")..];
            descriptors = default;
        }
    }

    /// <summary>Fills <paramref name="bytes"/>. False when the other side has ended before the first of them.</summary>
    /// <param name="bytes">Where to.</param>
    /// <param name="descriptors">Receives descriptors, as many as came; the others are -1.</param>
    /// <exception cref="IOException">The other side ended in the middle, or did not send in time.</exception>
    public bool Receive(Span<byte> bytes, Span<int> descriptors = default)
    {
        descriptors.Fill(-1);
        int received = 0;
        int taken = 0;
        while (received < bytes.Length)
        {
            int count = Check(ReceiveSome(bytes[received..], descriptors, ref taken), "recvmsg");
            if (count == 0 && received == 0) return false;
            if (count == 0) throw new IOException("the other process has ended in the middle of a message");
            received += count;
        }
        return true;
    }

    /// <summary>Closes this side.</summary>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0) _ = Libc.close(descriptor);
    }

    private int SendSome(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        byte* control = stackalloc byte[ControlLength];
        fixed (byte* start = bytes)
        {
            Libc.IoVector vector = new() { Base = start, Length = (nuint)bytes.Length };
            Libc.MessageHeader message = new() { Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                *(nuint*)control = (nuint)(ControlHead + descriptors.Length * sizeof(int));
                ((int*)control)[2] = Libc.SOL_SOCKET;
                ((int*)control)[3] = Libc.SCM_RIGHTS;
                descriptors.CopyTo(new Span<int>(control + ControlHead, MaxDescriptors));
                message.Control = control;
                message.ControlLength = (nuint)(ControlHead + (descriptors.Length + 1) / 2 * 8); // aligned, as CMSG_SPACE
            }
            int result;
            do result = Libc.Result(Libc.sendmsg(_descriptor, &message, Libc.MSG_NOSIGNAL));
            while (result == -Errno.EINTR);
            return result;
        }
    }

    private int ReceiveSome(Span<byte> bytes, Span<int> descriptors, ref int taken)
    {
        byte* control = stackalloc byte[ControlLength];
        fixed (byte* start = bytes)
        {
            Libc.IoVector vector = new() { Base = start, Length = (nuint)bytes.Length };
            Libc.MessageHeader message = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlLength };
            int result;
            do result = Libc.Result(Libc.recvmsg(_descriptor, &message, Libc.MSG_CMSG_CLOEXEC));
            while (result == -Errno.EINTR);
            if (result <= 0 || message.ControlLength < ControlHead || ((int*)control)[3] != Libc.SCM_RIGHTS) return result;
            int count = (int)(*(nuint*)control - ControlHead) / sizeof(int);
            foreach (int descriptor in new ReadOnlySpan<int>(control + ControlHead, count))
            {
                if (taken < descriptors.Length) descriptors[taken++] = descriptor;
                else _ = Libc.close(descriptor); // more than were asked for must not stay open unseen
            }
            return result;
        }
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call}() failed ({Errno.Describe(-result)})", -result);
}
