using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tests.Support;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Logging;

public class FrozenAccessLogTests
{
    private const string Agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";

    /// <summary>An exchange as a tunnel makes it at its end: it knows nothing of the request any more.</summary>
    private static HttpExchange Rehydrate(TestGateway gateway)
    {
        HttpExchange ended = gateway.Request();
        ended.RequestHeaders.Clear();
        ended.RequestLine = ended.MethodName = ended.Target = ended.Uri = ended.Args = ByteSlice.Empty;
        ended.RequestLength = 99;
        ended.Response.Head.Status = 101;
        return ended;
    }

    private static HttpExchange Handshake(TestGateway gateway, string target = "/ws", params string[] fields)
    {
        HttpExchange exchange = gateway.Request(target, fields);
        exchange.Response.Head.Status = 101;
        return exchange;
    }

    [Fact]
    public void Combined_FrozenAndCompleted_IsTheLineOfTheEnd()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; access_log %DIR%/a.log; }");
        FrozenAccessLog frozen = gateway.Server.Defaults.Logging.Freeze(Handshake(gateway, "/ws?t=\"", "Referer: https://x/", Agent))!;
        Assert.Equal("", gateway.Log("a.log"));
        gateway.Connection.BytesSent = 5_000_300;

        frozen.Write(Rehydrate(gateway), LogMoment.Close);

        Assert.Equal(
            "192.0.2.1 - - [22/Nov/2026:18:30:00 +0530] \"GET /ws?t=\\x22 HTTP/1.1\" 101 5000000 \"https://x/\" \"" + Agent[12..] + "\"\n",
            gateway.Log("a.log"));
    }

    [Fact]
    public void Combined_Frozen_TakesLessThan300Bytes()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; access_log %DIR%/a.log; }");
        HttpExchange exchange = Handshake(gateway, "/socket.io/?EIO=4&transport=websocket", "Referer: https://www.example.org/", Agent);
        LoggingModel logging = exchange.Location.Logging;
        logging.Freeze(exchange);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FrozenAccessLog? frozen = logging.Freeze(exchange);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.NotNull(frozen);
        Assert.InRange(allocated, frozen.Size, 300);
    }

    [Fact]
    public void LateVariables_InALog_AreThoseOfTheEnd()
    {
        using var gateway = new TestGateway("""
            log_format test '$uri|$bytes_sent|$body_bytes_sent|$request_length|$request_time|$connection_time|$msec|$time_iso8601|$status|$http_none';
            server { listen 127.0.0.1:8080; access_log %DIR%/a.log test; }
            """);
        FrozenAccessLog frozen = gateway.Server.Defaults.Logging.Freeze(Handshake(gateway))!;
        gateway.Connection.BytesSent = 1300;
        gateway.Connection.StartedAt = -90_000;

        frozen.Write(Rehydrate(gateway), LogMoment.Close);

        Assert.Equal("/ws|1300|1000|99|0.012|90.000|1795352400.250|2026-11-22T18:30:00+05:30|101|-\n", gateway.Log("a.log"));
    }

    [Fact]
    public void UpstreamTimes_OfSeveralAttempts_KeepTheEarlierOnes()
    {
        using var gateway = new TestGateway("""
            log_format test '$upstream_addr|$upstream_status|$upstream_response_time|$upstream_bytes_received';
            server { listen 127.0.0.1:8080; access_log %DIR%/a.log test; }
            """);
        HttpExchange exchange = Handshake(gateway);
        ref UpstreamAttempt failed = ref exchange.Upstream.Begin(ByteSlice.FromLatin1("10.0.0.1:80"), 0, startsNewRequest: false);
        failed.Status = 502;
        failed.ResponseTime = 4;
        exchange.Upstream.Begin(ByteSlice.FromLatin1("10.0.0.2:80"), 0, startsNewRequest: false).Status = 101;
        FrozenAccessLog frozen = exchange.Location.Logging.Freeze(exchange)!;
        HttpExchange ended = Rehydrate(gateway);
        ref UpstreamAttempt last = ref ended.Upstream.Begin(default, 0, startsNewRequest: false);
        last.ResponseTime = 60_100;
        last.BytesReceived = 4321;

        frozen.Write(ended, LogMoment.Close);

        Assert.Equal("10.0.0.1:80, 10.0.0.2:80|502, 101|0.004, 60.100|0, 4321\n", gateway.Log("a.log"));
    }

    [Fact]
    public void ValuesOfAnyLength_FrozenAndCompleted_AreUnchanged()
    {
        using var gateway = new TestGateway("""
            log_format test escape=json '$http_a,$http_b,$http_c,$http_d;$bytes_sent';
            server { listen 127.0.0.1:8080; access_log %DIR%/a.log test; }
            """);
        string[] values = [new('a', 127), new('b', 128), new('\t', 9000), ""];
        HttpExchange exchange = Handshake(gateway, "/", "A: " + values[0], "B: " + values[1], "C: x" + values[2], "D: " + values[3]);

        exchange.Location.Logging.Freeze(exchange)!.Write(Rehydrate(gateway), LogMoment.Close);

        Assert.Equal($"{values[0]},{values[1]},x{values[2].Replace("\t", "\\t")},{values[3]};312\n", gateway.Log("a.log"));
    }

    [Fact]
    public void SeveralLogs_WithConditionsAndPaths_AreDecidedAtTheBeginning()
    {
        using var gateway = new TestGateway("""
            log_format test '$uri $bytes_sent';
            server {
                listen 127.0.0.1:8080; root %DIR%;
                access_log %DIR%/no.log test if=$arg_no;
                access_log %DIR%/$arg_site.log test;
                access_log %DIR%/yes.log test if=$arg_site;
            }
            """);

        gateway.Server.Defaults.Logging.Freeze(Handshake(gateway, "/ws?site=a"))!.Write(Rehydrate(gateway), LogMoment.Close);

        Assert.Equal("", gateway.Log("no.log"));
        Assert.Equal("/ws 312\n", gateway.Log("a.log"));
        Assert.Equal("/ws 312\n", gateway.Log("yes.log"));
    }

    [Fact]
    public void Freeze_WhenNoConditionHolds_KeepsNothing()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; access_log %DIR%/a.log combined if=$arg_log; }");

        Assert.Null(gateway.Server.Defaults.Logging.Freeze(Handshake(gateway)));
    }
}
