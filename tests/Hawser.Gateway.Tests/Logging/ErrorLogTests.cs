using System.Text.RegularExpressions;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Logging;

public class ErrorLogTests
{
    private sealed class ListSink : ILogSink
    {
        public List<string> Lines { get; } = [];

        public void Write(ReadOnlySpan<byte> line) => Lines.Add(System.Text.Encoding.Latin1.GetString(line));
    }

    [Fact]
    public void Message_OfEachLevel_GoesToTheTargetsThatTakeIt()
    {
        foreach (LogLevel target in Enum.GetValues<LogLevel>())
        {
            foreach (LogLevel level in Enum.GetValues<LogLevel>())
            {
                ListSink wanted = new(), emergencies = new();
                var targets = new ErrorLogTargets(new ManualTime(), (wanted, target), (emergencies, LogLevel.Emerg));

                targets.Write(level, "message");

                Assert.Equal(level <= target ? 1 : 0, wanted.Lines.Count);
                Assert.Equal(level == LogLevel.Emerg ? 1 : 0, emergencies.Lines.Count);
                Assert.Equal(level <= target, targets.IsEnabled(level));
            }
        }
    }

    [Theory]
    [InlineData("warn", "error", 2)]
    [InlineData("error", "error", 2)]
    [InlineData("emerg", "error", 1)]
    public void OneFile_NamedTwice_GetsTheMessageAsOftenAsItsLevelsAllow(string first, string second, int expected)
    {
        using var gateway = new TestGateway($"server {{ listen 127.0.0.1:8080; error_log %DIR%/e.log {first}; error_log %DIR%/e.log {second}; }}");

        gateway.Request().LogError(LogLevel.Error, "message");

        Assert.Equal(expected, gateway.Log("e.log").Split('\n').Length - 1);
    }

    [Fact]
    public void Line_AboutARequest_IsNginxsLine()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; server_name localhost; error_log %DIR%/e.log; }");
        HttpExchange exchange = gateway.Request("/a?b", "Host: Localhost:80", "Referer: http://r/");
        exchange.Upstream.Scheme = ByteSlice.FromLatin1("http://");
        exchange.Upstream.RequestUri = ByteSlice.FromLatin1("/b?c");
        exchange.Upstream.Begin(ByteSlice.FromLatin1("127.0.0.1:81"), 0, startsNewRequest: false);

        exchange.LogError(LogLevel.Error, "connect() failed (111: Connection refused) while connecting to upstream");

        string expected = "2026/11/22 18:30:00 [error] PID#TID: *7 connect() failed (111: Connection refused) while connecting to upstream, "
            + "client: 192.0.2.1, server: localhost, request: \"GET /a?b HTTP/1.1\", upstream: \"http://127.0.0.1:81/b?c\", "
            + "host: \"Localhost:80\", referrer: \"http://r/\"\n";
        Assert.Equal(expected, Regex.Replace(gateway.Log("e.log"), @"\d+#\d+", "PID#TID"));
    }

    [Fact]
    public void Line_AboutAUnixUpstream_SeparatesPathAndTarget()
    {
        var sink = new ListSink();
        var targets = new ErrorLogTargets(new ManualTime(), (sink, LogLevel.Error));

        targets.Write(LogLevel.Error, "m", 1, new ErrorContext
        {
            Client = "unix:"u8,
            Server = default,
            UpstreamScheme = "http://"u8,
            UpstreamAddress = "unix:/run/b"u8,
            UpstreamUri = "/x"u8,
        });

        Assert.EndsWith("*1 m, client: unix:, server: , upstream: \"http://unix:/run/b:/x\"\n", Assert.Single(sink.Lines));
    }

    [Fact]
    public void Line_AboutAConnectionWithoutRequest_NamesTheListener()
    {
        using var gateway = new TestGateway("error_log %DIR%/e.log info; server { listen 127.0.0.1:8080; }");

        gateway.Connection.LogError(LogLevel.Info, $"client timed out ({110}: Connection timed out) while waiting for request");

        Assert.EndsWith(
            "*7 client timed out (110: Connection timed out) while waiting for request, client: 192.0.2.1, server: 127.0.0.1:8080\n",
            gateway.Log("e.log"));
    }

    [Fact]
    public void Line_OfTheTopLevel_HasNoContext()
    {
        var sink = new ListSink();
        new ErrorLogTargets(new ManualTime(), (sink, LogLevel.Notice)).Write(LogLevel.Notice, "signal 1 (SIGHUP) received, reconfiguring");

        Assert.Matches(@"^2026/11/22 18:30:00 \[notice\] \d+#\d+: signal 1 \(SIGHUP\) received, reconfiguring\n$", Assert.Single(sink.Lines));
    }

    [Fact]
    public void Line_TooLong_IsCutButEnds()
    {
        var sink = new ListSink();
        new ErrorLogTargets(new ManualTime(), (sink, LogLevel.Error)).Write(LogLevel.Error, new string('m', 5000), 1, new ErrorContext { Client = "c"u8 });

        string line = Assert.Single(sink.Lines);
        Assert.Equal(2048, line.Length);
        Assert.EndsWith("mmm\n", line);
    }

    [Fact]
    public void Message_ThatNobodyWants_IsNotPutTogether()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; error_log %DIR%/e.log error; }");
        HttpExchange exchange = gateway.Request();
        int asked = 0;

        exchange.LogError(LogLevel.Info, $"costly {++asked}");
        Assert.Equal(0, asked);

        exchange.LogError(LogLevel.Error, $"costly {++asked}");
        Assert.Equal(1, asked);
        Assert.Contains("costly 1, client", gateway.Log("e.log"));
    }

    [Fact]
    public void ErrorLog_OfTheConfiguration_IsThatOfTheInnermostBlock()
    {
        using var gateway = new TestGateway("error_log %DIR%/http.log; server { listen 127.0.0.1:8080; error_log %DIR%/server.log; }");

        gateway.Request().LogError(LogLevel.Error, "message");

        Assert.Contains("message", gateway.Log("server.log"));
        Assert.False(File.Exists(Path.Combine(gateway.Directory, "http.log")) && gateway.Log("http.log").Contains("message"));
    }
}
