using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Logging;

public class AccessLogFormatTests
{
    [Theory]
    [InlineData("default", "plain ~!", "plain ~!")]
    [InlineData("default", "q\"b\\t\tn\u007f\u0080\u00ff\u0001", @"q\x22b\x5Ct\x09n\x7F\x80\xFF\x01")]
    [InlineData("default", "", "")]
    [InlineData("default", null, "-")]
    [InlineData("json", "q\"b\\s/", @"q\""b\\s/")]
    [InlineData("json", "u\n\r\t\b\f\u0001\u001f\u007f\u00e9", "u\\n\\r\\t\\b\\f\\u0001\\u001F\u007f\u00e9")]
    [InlineData("json", "", "")]
    [InlineData("json", null, "")]
    [InlineData("none", "q\"b\\\t\u00e9", "q\"b\\\t\u00e9")]
    [InlineData("none", null, "")]
    public void Value_InEachForm_IsEscapedAsInNginx(string escape, string? value, string expected)
    {
        using var gateway = new TestGateway($$"""
            log_format test escape={{escape}} '[$http_x] "\n';
            server { listen 127.0.0.1:8080; access_log %DIR%/a.log test; }
            """);
        HttpExchange exchange = value is null ? gateway.Request() : gateway.Request("/", "X: " + value);

        gateway.Server.Defaults.Logging.LogAccess(exchange);

        Assert.Equal($"[{expected}] \"\n\n", gateway.Log("a.log"));
    }

    [Fact]
    public void Combined_OfARequest_IsNginxsLine()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; access_log %DIR%/a.log; }");
        HttpExchange exchange = gateway.Request("/a?b", "Referer: http://x/\"", "User-Agent: curl/8");
        exchange.Response.Head.Status = 200;

        exchange.Location.Logging.LogAccess(exchange);

        Assert.Equal("192.0.2.1 - - [22/Nov/2026:18:30:00 +0530] \"GET /a?b HTTP/1.1\" 200 12 \"http://x/\\x22\" \"curl/8\"\n", gateway.Log("a.log"));
    }

    [Fact]
    public void Line_LongerThanTheLoopsScratch_IsWrittenWhole()
    {
        using var gateway = new TestGateway("""
            log_format test '$http_x|$http_x|$http_x|$http_y';
            server { listen 127.0.0.1:8080; access_log %DIR%/a.log test; }
            """);
        string big = new('x', 50_000), quoted = new('"', 50_000);

        gateway.Server.Defaults.Logging.LogAccess(gateway.Request("/", "X: " + big, "Y: " + quoted));

        Assert.Equal($"{big}|{big}|{big}|{quoted.Replace("\"", "\\x22")}\n", gateway.Log("a.log"));
    }

    [Fact]
    public void Line_InTheSteadyState_AllocatesNothing()
    {
        using var gateway = new TestGateway("server { listen 127.0.0.1:8080; access_log %DIR%/a.log; }");
        HttpExchange exchange = gateway.Request("/a?b", "Referer: http://x/", "User-Agent: curl/8");
        exchange.Response.Head.Status = 200;
        for (int i = 0; i < 3; i++) exchange.Location.Logging.LogAccess(exchange);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) exchange.Location.Logging.LogAccess(exchange);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }
}
