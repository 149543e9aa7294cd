using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Logging;

/// <summary>
/// <c>syslog:</c>, in the form of RFC 3164 that nginx sends: <c>&lt;190&gt;Nov  6 08:49:37 host nginx: message</c>. A message that cannot be
/// sent is lost; that is reported once, until one goes through again.
/// </summary>
internal sealed class SyslogSink : ILogSink
{
    // What a UDP datagram can hold; nobody keeps more of a line either.
    private const int LongestMessage = 65000;
    private const int OnStack = 4096;
    private const int LongestPriority = 5;

    private const string Prefix = "syslog:"; // no log file's path begins so: paths are absolute

    private readonly LogSocket _socket;
    private readonly SyslogConfig _config;
    private readonly SocketEndpoint _endpoint;
    private readonly LogFileRegistry _registry;
    private readonly byte[] _origin; // " host tag: "
    private readonly string _server;
    private readonly int _facility;
    private readonly int _severity;
    private int _isFailing;
    private int _isReporting;

    public SyslogSink(SyslogConfig config, SocketEndpoint server, LogFileRegistry registry)
    {
        _socket = new LogSocket(server);
        _config = config;
        _endpoint = server;
        _registry = registry;
        _server = config.Server.Text;
        _facility = config.Facility;
        _severity = config.Severity;
        string host = config.OmitsHostName ? "" : $" {Dns.GetHostName().ToLowerInvariant()}";
        _origin = Encoding.Latin1.GetBytes($"{host} {config.Tag}: ");
    }

    /// <summary>All of it as text, for another process: <see cref="TryParse"/>.</summary>
    public string Describe()
    {
        string address = _endpoint.IsUnix ? $"unix:{_endpoint.UnixPath}" : new IPEndPoint(new IPAddress(_endpoint.AddressBytes), _endpoint.Port).ToString();
        return $"{Prefix}{_facility},{_severity},{(_config.OmitsHostName ? 1 : 0)},{_config.Tag},{address}";
    }

    public static bool TryParse(string text, LogFileRegistry registry, [NotNullWhen(true)] out SyslogSink? sink)
    {
        sink = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        string[] parts = text[Prefix.Length..].Split(',', 5);
        if (parts.Length != 5 || !int.TryParse(parts[0], out int facility) || !int.TryParse(parts[1], out int severity)) return false;
        bool isUnix = parts[4].StartsWith("unix:", StringComparison.Ordinal);
        IPEndPoint? ip = null;
        if (!isUnix && !IPEndPoint.TryParse(parts[4], out ip)) return false;
        var server = new EndpointAddress(parts[4], isUnix ? AddressKind.Unix : AddressKind.IPv4, parts[4], ip?.Address, ip?.Port ?? 0, HasPort: true);
        SocketEndpoint endpoint = ip is null ? SocketEndpoint.FromUnixPath(parts[4][5..]) : SocketEndpoint.FromIP(ip.Address, ip.Port);
        sink = new SyslogSink(new SyslogConfig(server, facility, severity, parts[3], parts[2] == "1"), endpoint, registry);
        return true;
    }

    public void Write(ReadOnlySpan<byte> line) => Send(_severity, line);

    public void Write(LogLevel level, ReadOnlySpan<byte> line) => Send((int)level - 1, line);

    private void Send(int severity, ReadOnlySpan<byte> line)
    {
        // The report of a failure goes to the error logs, and this may be one of them.
        if (Volatile.Read(ref _isReporting) != 0) return;
        line = line.TrimEnd((byte)'\n');
        int length = Math.Min(LongestPriority + LogTime.SyslogLength + _origin.Length + line.Length, LongestMessage);
        byte[]? rented = length > OnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> message = rented ?? stackalloc byte[OnStack];
        int head = WriteHead(message, severity);
        line = line[..Math.Min(line.Length, length - head)];
        line.CopyTo(message[head..]);
        int error = _socket.Send(message[..(head + line.Length)], out string call);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        if (error != 0) Report(call, error);
        else if (_isFailing != 0) Volatile.Write(ref _isFailing, 0);
    }

    private int WriteHead(Span<byte> message, int severity)
    {
        message[0] = (byte)'<';
        Utf8Formatter.TryFormat(_facility * 8 + severity, message[1..], out int length);
        message[++length] = (byte)'>';
        length++;
        DateTimeOffset now = _registry.Time.GetUtcNow();
        length += LogTime.FormatSyslog(message[length..], now.ToUnixTimeSeconds(), (int)_registry.Time.LocalTimeZone.GetUtcOffset(now).TotalMinutes);
        _origin.CopyTo(message[length..]);
        return length + _origin.Length;
    }

    private void Report(string call, int error)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) != 0 || Interlocked.Exchange(ref _isReporting, 1) != 0) return;
        _registry.ErrorLog?.Write(LogLevel.Error, $"{call}() failed ({Errno.Describe(error)}) while logging to syslog, server: {_server}");
        Volatile.Write(ref _isReporting, 0);
    }
}
