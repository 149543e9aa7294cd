namespace Hawser.IO.Native;

/// <summary>The errno values the gateway tells apart (Linux, generic ABI). Calls in this project return them negated.</summary>
public static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int ENOTDIR = 20;
    public const int EPIPE = 32;
    public const int EPROTO = 71;
    public const int ENAMETOOLONG = 36;
    public const int ELOOP = 40;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENONET = 64;
    public const int ENOPROTOOPT = 92;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ENOTCONN = 107;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTDOWN = 112;
    public const int EHOSTUNREACH = 113;
    public const int EINPROGRESS = 115;
    public const int ECANCELED = 125;

    /// <summary>The C library's text for an errno, as nginx prints it: <c>111: Connection refused</c>.</summary>
    public static string Describe(int errno) => $"{errno}: {new System.ComponentModel.Win32Exception(errno).Message}";
}
