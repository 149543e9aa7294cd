using System.Net;
using System.Net.Sockets;
using System.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tests.Support;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Logging;

public sealed class SyslogTests : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 30_000 };

    public SyslogTests() => _server.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    private int Port => ((IPEndPoint)_server.LocalEndPoint!).Port;

    [Fact]
    public void AccessLog_ToUdp_IsOneDatagramInTheOldForm()
    {
        using var gateway = new TestGateway(
            $"log_format shown '$uri'; server {{ access_log syslog:server=127.0.0.1:{Port},facility=local1,severity=notice,tag=edge,nohostname shown; }}");
        HttpExchange exchange = gateway.Request("/page");
        exchange.Location.Logging.LogAccess(exchange);
        Assert.Matches(@"^<141>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d edge: /page$", Receive());
    }

    [Fact]
    public void ErrorLog_ToUdp_HasTheMessagesSeverityAndTheHost()
    {
        using var gateway = new TestGateway($"server {{ error_log syslog:server=127.0.0.1:{Port} warn; }}");
        HttpExchange exchange = gateway.Request("/page");
        exchange.LogError(LogLevel.Notice, "too quiet");
        exchange.LogError(LogLevel.Warn, "something is odd");
        Assert.Matches(@$"^<188>.{{15}} {Dns.GetHostName().ToLowerInvariant()} nginx: \d{{4}}/\d\d/\d\d .* \[warn\] .*something is odd, client: ", Receive());
    }

    [Fact]
    public void ErrorLogs_SeveralLevels_EachTakesItsOwn()
    {
        using var gateway = new TestGateway(
            $"server {{ error_log syslog:server=127.0.0.1:{Port},tag=errors; error_log syslog:server=127.0.0.1:{Port},tag=all info; error_log %DIR%/logs/alerts alert; }}");
        HttpExchange exchange = gateway.Request("/");
        exchange.LogError(LogLevel.Info, "an information");
        exchange.LogError(LogLevel.Error, "an error");
        string[] received = [Receive(), Receive(), Receive()];
        Assert.Contains(" all: ", received[0]);
        Assert.Contains(" errors: ", received[1]);
        Assert.Contains(" all: ", received[2]);
        Assert.Equal("", gateway.Log("logs/alerts"));
    }

    [Fact]
    public void Log_ToUnixSocket_Arrives()
    {
        using var directory = new TestDirectory();
        using var server = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        server.Bind(new UnixDomainSocketEndPoint(directory["log"]));
        using var gateway = new TestGateway($"server {{ error_log syslog:server=unix:{directory["log"]},tag=unix; }}");
        gateway.Request("/").LogError(LogLevel.Error, "through a socket");
        Assert.Contains(" unix: ", Receive(server));
    }

    [Fact]
    public void Log_NobodyListens_ReportsOnceAndRecovers()
    {
        using var directory = new TestDirectory();
        string path = directory["log"];
        using var gateway = new TestGateway($"error_log %DIR%/logs/http.log; server {{ error_log syslog:server=unix:{path}; }}");
        HttpExchange exchange = gateway.Request("/");
        var errors = new StringSink();
        gateway.Services.LogFiles.ErrorLog = new ErrorLogTargets(gateway.Time, (errors, LogLevel.Error));
        for (int i = 0; i < 20; i++) exchange.LogError(LogLevel.Error, "lost");
        Assert.Contains($"connect() failed (2: No such file or directory) while logging to syslog, server: unix:{path}", Assert.Single(errors.Lines));

        using var server = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        server.Bind(new UnixDomainSocketEndPoint(path));
        exchange.LogError(LogLevel.Error, "found");
        Assert.Contains("found", Receive(server));
    }

    public void Dispose() => _server.Dispose();

    private sealed class StringSink : ILogSink
    {
        public List<string> Lines { get; } = [];

        public void Write(ReadOnlySpan<byte> line) => Lines.Add(Encoding.Latin1.GetString(line));
    }

    private string Receive(Socket? server = null)
    {
        byte[] buffer = new byte[8192];
        return Encoding.Latin1.GetString(buffer, 0, (server ?? _server).Receive(buffer));
    }
}
