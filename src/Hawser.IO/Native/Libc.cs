using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>
/// The system calls the engine makes, as the C library exports them. Everything here is blittable; errno is read by the callers
/// right after the call, before anything else can touch it.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EFD_CLOEXEC_NONBLOCK = 0x80800;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_CLOEXEC_NONBLOCK = 0x80800;
    internal const int MSG_PEEK = 2;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int SHUT_RD = 0;
    internal const int SHUT_WR = 1;
    internal const int AF_UNIX = 1;
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int SOL_SOCKET = 1;
    internal const int SO_REUSEADDR = 2;
    internal const int SO_ERROR = 4;
    internal const int SO_SNDBUF = 7;
    internal const int SO_RCVBUF = 8;
    internal const int SO_KEEPALIVE = 9;
    internal const int SO_LINGER = 13;
    internal const int SO_REUSEPORT = 15;
    internal const int IPPROTO_IP = 0;
    internal const int IPPROTO_TCP = 6;
    internal const int IPPROTO_IPV6 = 41;
    internal const int IPV6_V6ONLY = 26;
    internal const int IP_TRANSPARENT = 19;
    internal const int IP_BIND_ADDRESS_NO_PORT = 24;
    internal const int TCP_NODELAY = 1;
    internal const int TCP_CORK = 3;
    internal const int TCP_KEEPIDLE = 4;
    internal const int TCP_KEEPINTVL = 5;
    internal const int TCP_KEEPCNT = 6;
    internal const int TCP_DEFER_ACCEPT = 9;
    internal const int TCP_INFO = 11;
    internal const int TCP_FASTOPEN = 23;
    internal const int F_SETFD = 2;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int O_NONBLOCK = 0x800;
    internal const int SO_TYPE = 3;
    internal const int SO_RCVTIMEO = 20;
    internal const int SO_SNDTIMEO = 21;
    internal const int SCM_RIGHTS = 1;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;
    internal const int SO_ACCEPTCONN = 30;
    internal const int FD_CLOEXEC = 1;
    internal const int O_WRONLY = 1;
    internal const int O_CREAT = 0x40;
    internal const int O_APPEND = 0x400;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_PATH = 0x200000;

    // The one open() flag in use here whose value depends on the processor.
    internal static readonly int O_DIRECTORY = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x4000 : 0x10000;

    [LibraryImport(Library)] internal static partial int epoll_create1(int flags);
    [LibraryImport(Library)] internal static partial int epoll_ctl(int epoll, int operation, int fd, void* ev);
    [LibraryImport(Library)] internal static partial int epoll_wait(int epoll, void* events, int maximum, int timeout);
    [LibraryImport(Library)] internal static partial int eventfd(uint initial, int flags);
    [LibraryImport(Library)] internal static partial nint read(int fd, void* buffer, nuint count);
    [LibraryImport(Library)] internal static partial nint write(int fd, void* buffer, nuint count);
    [LibraryImport(Library)] internal static partial nint recv(int fd, void* buffer, nuint length, int flags);
    [LibraryImport(Library)] internal static partial nint send(int fd, void* buffer, nuint length, int flags);
    [LibraryImport(Library)] internal static partial nint sendfile(int output, int input, long* offset, nuint count);
    [LibraryImport(Library)] internal static partial int accept4(int fd, void* address, uint* length, int flags);
    [LibraryImport(Library)] internal static partial int socket(int domain, int type, int protocol);
    [LibraryImport(Library)] internal static partial int bind(int fd, void* address, uint length);
    [LibraryImport(Library)] internal static partial int listen(int fd, int backlog);
    [LibraryImport(Library)] internal static partial int connect(int fd, void* address, uint length);
    [LibraryImport(Library)] internal static partial int getsockopt(int fd, int level, int option, void* value, uint* length);
    [LibraryImport(Library)] internal static partial int setsockopt(int fd, int level, int option, void* value, uint length);
    [LibraryImport(Library)] internal static partial int getsockname(int fd, void* address, uint* length);
    [LibraryImport(Library)] internal static partial int shutdown(int fd, int how);
    [LibraryImport(Library)] internal static partial int close(int fd);
    [LibraryImport(Library)] internal static partial int socketpair(int domain, int type, int protocol, int* pair);
    [LibraryImport(Library)] internal static partial nint sendmsg(int fd, MessageHeader* message, int flags);
    [LibraryImport(Library)] internal static partial nint recvmsg(int fd, MessageHeader* message, int flags);

    // Variadic in C; every Linux ABI .NET runs on passes the third argument like a named integer.
    [LibraryImport(Library)] internal static partial int fcntl(int fd, int command, int argument);
    [LibraryImport(Library)] internal static partial int unlink(byte* path);
    [LibraryImport(Library)] internal static partial int open(byte* path, int flags, uint mode);
    [LibraryImport(Library)] internal static partial int dup3(int from, int to, int flags);
    [LibraryImport(Library)] internal static partial byte* realpath(byte* path, byte* resolved);
    [LibraryImport(Library)] internal static partial int gettid();
    [LibraryImport(Library)] internal static partial int chmod(byte* path, uint mode);

    /// <summary>struct iovec</summary>
    internal struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr on 64-bit systems; musl's narrower lengths have zeros around them, so that both fit.</summary>
    internal struct MessageHeader
    {
        public byte* Name;
        public nuint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>The result of a call that answers -1 on failure, as count or negated errno.</summary>
    internal static int Result(nint returned) => returned >= 0 ? (int)returned : -Marshal.GetLastSystemError();
}
