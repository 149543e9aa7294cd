using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hawser.IO.Native;

namespace Hawser.IO.Sockets;

/// <summary>An address to listen on or connect to, in the kernel's form (struct sockaddr).</summary>
public sealed class SocketEndpoint : IEquatable<SocketEndpoint>
{
    private const int UnixPathOffset = 2;
    private const int UnixPathLimit = 108;

    private readonly byte[] _raw;
    private string? _text;

    private SocketEndpoint(byte[] raw) => _raw = raw;

    /// <summary>The sockaddr bytes.</summary>
    public ReadOnlySpan<byte> Raw => _raw;

    public int Family => BitConverter.ToUInt16(_raw, 0);

    public bool IsUnix => Family == Libc.AF_UNIX;

    public bool IsIPv6 => Family == Libc.AF_INET6;

    /// <summary>The TCP port; 0 for a Unix socket.</summary>
    public int Port => IsUnix ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_raw.AsSpan(2));

    /// <summary>Address bytes in network order: 4 or 16, none for a Unix socket.</summary>
    public ReadOnlySpan<byte> AddressBytes => Family switch
    {
        Libc.AF_INET => _raw.AsSpan(4, 4),
        Libc.AF_INET6 => _raw.AsSpan(8, 16),
        _ => default,
    };

    /// <summary>True for 0.0.0.0 and [::].</summary>
    public bool IsWildcard => !IsUnix && AddressBytes.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>The path of a Unix socket; empty for one without a name.</summary>
    public string UnixPath => IsUnix ? Encoding.Latin1.GetString(_raw.AsSpan(UnixPathOffset)).TrimEnd('\0') : "";

    /// <summary>nginx's text for an address without its port: <c>127.0.0.1</c>, <c>::1</c>, <c>unix:</c>.</summary>
    public string AddressText => IsUnix ? "unix:" : new IPAddress(AddressBytes).ToString();

    public static SocketEndpoint FromIP(IPAddress address, int port)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)port, 65535u);
        bool v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        byte[] raw = new byte[v6 ? 28 : 16];
        BitConverter.TryWriteBytes(raw, (ushort)(v6 ? Libc.AF_INET6 : Libc.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(raw.AsSpan(2), (ushort)port);
        address.TryWriteBytes(raw.AsSpan(v6 ? 8 : 4), out _);
        if (v6) BitConverter.TryWriteBytes(raw.AsSpan(24), (uint)address.ScopeId);
        return new SocketEndpoint(raw);
    }

    /// <param name="path">One byte per character.</param>
    /// <exception cref="ArgumentException">The path does not fit into a sockaddr_un (107 bytes).</exception>
    public static SocketEndpoint FromUnixPath(string path)
    {
        if (path.Length >= UnixPathLimit) throw new ArgumentException("too long path in the unix domain socket", nameof(path));
        byte[] raw = new byte[UnixPathOffset + path.Length + 1];
        BitConverter.TryWriteBytes(raw, (ushort)Libc.AF_UNIX);
        Encoding.Latin1.GetBytes(path, raw.AsSpan(UnixPathOffset));
        return new SocketEndpoint(raw);
    }

    public static SocketEndpoint FromRaw(ReadOnlySpan<byte> raw) =>
        new(raw.Length < 2 ? [Libc.AF_UNIX, 0] : raw.ToArray());

    /// <summary>nginx's text: <c>127.0.0.1:80</c>, <c>[::1]:80</c>, <c>unix:/path</c>.</summary>
    public override string ToString() => _text ??= IsUnix ? "unix:" + UnixPath
        : IsIPv6 ? string.Create(CultureInfo.InvariantCulture, $"[{AddressText}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{AddressText}:{Port}");

    public bool Equals(SocketEndpoint? other) => other is not null && _raw.AsSpan().SequenceEqual(other._raw);

    public override bool Equals(object? obj) => Equals(obj as SocketEndpoint);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_raw);
        return hash.ToHashCode();
    }
}
