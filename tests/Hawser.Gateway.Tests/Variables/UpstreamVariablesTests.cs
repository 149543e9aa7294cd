using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tests.Support;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Variables;

public sealed class UpstreamVariablesTests : IDisposable
{
    private readonly TestGateway _gateway = new("""
        map "$upstream_http_x_b$upstream_cookie_id$upstream_trailer_t" $uses { default 1; }
        server { listen 127.0.0.1:8080; }
        """);

    public void Dispose() => _gateway.Dispose();

    [Theory]
    [InlineData("upstream_addr", "127.0.0.1:81, 127.0.0.1:82 : unix:/run/b")]
    [InlineData("upstream_status", "502, 101 : -")]
    [InlineData("upstream_connect_time", "-, 0.001 : 0.000")]
    [InlineData("upstream_header_time", "-, 0.019 : -")]
    [InlineData("upstream_response_time", "1.500, 61.020 : -")]
    [InlineData("upstream_response_length", "0, 9000000000 : 0")]
    [InlineData("upstream_bytes_received", "0, 9000000180 : 0")]
    [InlineData("upstream_bytes_sent", "0, 230 : 17")]
    public void Variable_OfSeveralAttempts_ListsThem(string name, string expected)
    {
        HttpExchange exchange = _gateway.Request();
        ref UpstreamAttempt first = ref exchange.Upstream.Begin(ByteSlice.FromLatin1("127.0.0.1:81"), 0, startsNewRequest: true);
        first.Status = 502;
        first.ResponseTime = 1500;
        ref UpstreamAttempt second = ref exchange.Upstream.Begin(ByteSlice.FromLatin1("127.0.0.1:82"), 0, startsNewRequest: false);
        second.Status = 101;
        second.ConnectTime = 1;
        second.HeaderTime = 19;
        second.ResponseTime = 61020;
        second.ResponseLength = 9_000_000_000;
        second.BytesReceived = 9_000_000_180;
        second.BytesSent = 230;
        ref UpstreamAttempt third = ref exchange.Upstream.Begin(ByteSlice.FromLatin1("unix:/run/b"), 0, startsNewRequest: true);
        third.ConnectTime = 0;
        third.BytesSent = 17;

        Assert.Equal(expected, _gateway.Get(exchange, name));
    }

    [Fact]
    public void Fields_OfTheLastResponse_AreReadByName()
    {
        HttpExchange exchange = _gateway.Request();
        TestGateway.AddField(exchange.Upstream.ResponseHeaders, "X-B: 1");
        TestGateway.AddField(exchange.Upstream.ResponseHeaders, "x-b: 2");
        TestGateway.AddField(exchange.Upstream.ResponseHeaders, "Set-Cookie: other=a; id=no");
        TestGateway.AddField(exchange.Upstream.ResponseHeaders, "Set-Cookie: Id=42; Path=/");
        TestGateway.AddField(exchange.Upstream.ResponseTrailers, "T: end");

        Assert.Equal("1, 2", _gateway.Get(exchange, "upstream_http_x_b"));
        Assert.Equal("42", _gateway.Get(exchange, "upstream_cookie_id"));
        Assert.Equal("end", _gateway.Get(exchange, "upstream_trailer_t"));
    }

    [Fact]
    public void ProxyVariables_OfAProxiedRequest_TellWhereItGoes()
    {
        HttpExchange exchange = _gateway.Request();
        exchange.Upstream.ProxyHost = ByteSlice.FromLatin1("backend:81");
        exchange.Upstream.ProxyPort = ByteSlice.FromLatin1("81");

        Assert.Equal("backend:81", _gateway.Get(exchange, "proxy_host"));
        Assert.Equal("81", _gateway.Get(exchange, "proxy_port"));
        Assert.Null(_gateway.Get(exchange, "proxy_internal_body_length"));

        exchange.Upstream.RequestBodyLength = 12;
        Assert.Equal("12", _gateway.Get(exchange, "proxy_internal_body_length"));
        Assert.Null(_gateway.Get(exchange, "proxy_internal_chunked"));

        exchange.Upstream.RequestBodyLength = -1;
        Assert.Equal("chunked", _gateway.Get(exchange, "proxy_internal_chunked"));
    }
}
