using System.Net;
using System.Text.RegularExpressions;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Tests.Variables;

public sealed class RequestVariablesTests : IDisposable
{
    // The map makes the configuration use the variables whose names have a prefix.
    private readonly TestGateway _gateway = new("""
        map "$http_host$http_x_tag$http_cookie$cookie_name$arg_q$arg_empty$arg_none$http_none$sent_http_x_a$sent_http_server$sent_trailer_t" $uses { default 1; }
        server { listen 127.0.0.1:8080; server_name example.org; root /srv/www; }
        """);

    public void Dispose() => _gateway.Dispose();

    [Theory]
    [InlineData("request", "GET /a%20b?q=1&Empty=&q=2 HTTP/1.1")]
    [InlineData("request_method", "GET")]
    [InlineData("request_uri", "/a%20b?q=1&Empty=&q=2")]
    [InlineData("server_protocol", "HTTP/1.1")]
    [InlineData("uri", "/a%20b")]
    [InlineData("document_uri", "/a%20b")]
    [InlineData("args", "q=1&Empty=&q=2")]
    [InlineData("query_string", "q=1&Empty=&q=2")]
    [InlineData("is_args", "?")]
    [InlineData("arg_q", "1")]
    [InlineData("arg_empty", "")]
    [InlineData("arg_none", null)]
    [InlineData("server_name", "example.org")]
    [InlineData("host", "example.org")]
    [InlineData("request_port", "")]
    [InlineData("is_request_port", "")]
    [InlineData("http_host", "Example.org")]
    [InlineData("http_x_tag", "one, two")]
    [InlineData("http_cookie", "a=1; NAME = v w ; b=2; c=3")]
    [InlineData("cookie_name", "v w ")]
    [InlineData("http_none", null)]
    [InlineData("content_type", "text/plain")]
    [InlineData("content_length", null)]
    [InlineData("remote_user", "us")]
    [InlineData("remote_addr", "192.0.2.1")]
    [InlineData("remote_port", "51234")]
    [InlineData("server_addr", "127.0.0.1")]
    [InlineData("server_port", "8080")]
    [InlineData("scheme", "http")]
    [InlineData("https", "")]
    [InlineData("connection", "7")]
    [InlineData("connection_requests", "3")]
    [InlineData("connection_time", "2.500")]
    [InlineData("request_time", "0.012")]
    [InlineData("request_length", "77")]
    [InlineData("bytes_sent", "312")]
    [InlineData("body_bytes_sent", "12")]
    [InlineData("pipe", ".")]
    [InlineData("limit_rate", "0")]
    [InlineData("request_body", null)]
    [InlineData("request_body_file", null)]
    [InlineData("request_completion", "")]
    [InlineData("nginx_version", "1.31.5")]
    [InlineData("document_root", "/srv/www")]
    [InlineData("request_filename", "/srv/www/a%20b")]
    [InlineData("msec", "1795352400.250")]
    [InlineData("time_local", "22/Nov/2026:18:30:00 +0530")]
    [InlineData("time_iso8601", "2026-11-22T18:30:00+05:30")]
    [InlineData("status", "000")]
    [InlineData("tcpinfo_rtt", null)]
    [InlineData("proxy_host", null)]
    [InlineData("proxy_add_x_forwarded_for", "192.0.2.1")]
    [InlineData("upstream_addr", null)]
    [InlineData("upstream_cache_status", null)]
    [InlineData("proxy_protocol_addr", null)]
    public void Variable_OfAPlainRequest_HasItsValue(string name, string? expected)
    {
        HttpExchange exchange = _gateway.Request(
            "/a%20b?q=1&Empty=&q=2",
            "Host: Example.org", "X-Tag: one", "X_Tag: two", "Cookie: a=1; NAME = v w ; b=2", "Cookie: c=3",
            "Content-Type: text/plain", "Authorization: Basic dXM6cHc=");

        Assert.Equal(expected, _gateway.Get(exchange, name));
    }

    [Theory]
    [InlineData("Basic dXM6cHc", "us")]            // without padding
    [InlineData("bASIC    dXM6cDp3", "us")]        // "us:p:w"
    [InlineData("Basic OnB3", null)]               // no user name
    [InlineData("Basic dXM=", null)]               // no colon
    [InlineData("Basic %%%%", null)]
    [InlineData("Basic ", null)]
    [InlineData("Bearer dXM6cHc=", null)]
    public void RemoteUser_OfCredentials_IsWhatStandsBeforeTheColon(string credentials, string? expected)
    {
        HttpExchange exchange = _gateway.Request("/", "Authorization: " + credentials);

        Assert.Equal(expected, _gateway.Get(exchange, "remote_user"));
    }

    [Fact]
    public void Host_OfTheTarget_GoesBeforeTheServersName()
    {
        HttpExchange exchange = _gateway.Request();
        exchange.Host = ByteSlice.FromLatin1("other.example");
        exchange.HostPort = ByteSlice.FromLatin1("0443");

        Assert.Equal("other.example", _gateway.Get(exchange, "host"));
        Assert.Equal("443", _gateway.Get(exchange, "request_port"));
        Assert.Equal(":", _gateway.Get(exchange, "is_request_port"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("/../x", "")]
    public void Uri_OfATargetThatWasRefused_IsEmptyOrNotThere(string target, string? expected)
    {
        HttpExchange exchange = _gateway.Request(target);
        exchange.Uri = ByteSlice.Empty;

        Assert.Equal(expected, _gateway.Get(exchange, "uri"));
    }

    [Fact]
    public void Args_WhenSet_ChangeTheQueryAndWhatDependsOnIt()
    {
        HttpExchange exchange = _gateway.Request("/x?q=1");
        Assert.Equal("1", _gateway.Get(exchange, "arg_q"));

        exchange.SetVariable(_gateway.Model.Variables.Use("args"), ByteSlice.FromLatin1("q=2"));

        Assert.Equal("q=2", _gateway.Get(exchange, "args"));
        Assert.Equal("2", _gateway.Get(exchange, "arg_q"));
        Assert.Equal("/x?q=1", _gateway.Get(exchange, "request_uri"));
        Assert.False(exchange.IsTargetUntouched);
    }

    [Theory]
    [InlineData("512", 512L)]
    [InlineData("8k", 8192L)]
    [InlineData("2M", 2L << 20)]
    [InlineData("", null)]
    [InlineData("fast", null)]
    [InlineData("-1", null)]
    [InlineData("1kk", null)]
    [InlineData("9999999999999999999", null)]
    public void LimitRate_WhenSet_TakesASize(string value, long? expected)
    {
        HttpExchange exchange = _gateway.Request();

        exchange.SetVariable(_gateway.Model.Variables.Use("limit_rate"), ByteSlice.FromLatin1(value));

        Assert.Equal(expected, exchange.LimitRate);
        Assert.Equal((expected ?? 0).ToString(), _gateway.Get(exchange, "limit_rate"));
        if (expected is null) Assert.Contains($"[error] {Environment.ProcessId}#", _gateway.Log("logs/error.log"));
    }

    [Fact]
    public void RequestId_OfTwoRequests_Differs()
    {
        HttpExchange one = _gateway.Request(), two = _gateway.Request();

        Assert.Matches(new Regex("^[0-9a-f]{32}$"), _gateway.Get(one, "request_id"));
        Assert.Equal(_gateway.Get(one, "request_id"), _gateway.Get(one, "request_id"));
        Assert.NotEqual(_gateway.Get(one, "request_id"), _gateway.Get(two, "request_id"));
    }

    [Fact]
    public void Addresses_OfIPv6AndUnixSockets_AreWrittenAsInNginx()
    {
        _gateway.Connection.RemoteEndpoint = SocketEndpoint.FromIP(IPAddress.Parse("2001:db8::1"), 4000);
        _gateway.Connection.LocalEndpoint = SocketEndpoint.FromUnixPath("/run/x.sock");
        HttpExchange exchange = _gateway.Request();

        Assert.Equal("2001:db8::1", _gateway.Get(exchange, "remote_addr"));
        Assert.Equal("\u0020\u0001\u000d\u00b8" + new string('\0', 11) + "\u0001", _gateway.Get(exchange, "binary_remote_addr"));
        Assert.Equal("unix:/run/x.sock", _gateway.Get(exchange, "server_addr"));
        Assert.Equal("", _gateway.Get(exchange, "server_port"));
    }

    [Fact]
    public void Response_Fields_AreSeenWhereverTheyAreKept()
    {
        HttpExchange exchange = _gateway.Request();
        ResponseHead head = exchange.Response.Head;
        head.Status = 200;
        head.ContentType = ByteSlice.FromLatin1("text/html");
        head.ContentLength = 5;
        head.LastModified = 784111777;
        head.OmitServer = true;
        TestGateway.AddField(head.Headers, "Server: backend");
        TestGateway.AddField(head.Headers, "Cache-Control: a");
        TestGateway.AddField(head.Headers, "Cache-Control: b");
        TestGateway.AddField(head.Headers, "Location: /next");
        TestGateway.AddField(head.Headers, "X-A: 1");
        TestGateway.AddField(head.Trailers, "T: end");

        Assert.Equal("200", _gateway.Get(exchange, "status"));
        Assert.Equal("text/html", _gateway.Get(exchange, "sent_http_content_type"));
        Assert.Equal("5", _gateway.Get(exchange, "sent_http_content_length"));
        Assert.Equal("Sun, 06 Nov 1994 08:49:37 GMT", _gateway.Get(exchange, "sent_http_last_modified"));
        Assert.Equal("a, b", _gateway.Get(exchange, "sent_http_cache_control"));
        Assert.Equal("/next", _gateway.Get(exchange, "sent_http_location"));
        Assert.Equal("keep-alive", _gateway.Get(exchange, "sent_http_connection"));
        Assert.Null(_gateway.Get(exchange, "sent_http_transfer_encoding"));
        Assert.Null(_gateway.Get(exchange, "sent_http_link"));
        Assert.Equal("backend", _gateway.Get(exchange, "sent_http_server"));
        Assert.Equal("1", _gateway.Get(exchange, "sent_http_x_a"));
        Assert.Equal("end", _gateway.Get(exchange, "sent_trailer_t"));
    }

    [Fact]
    public void Status_OfAnErrorPage_IsTheErrors()
    {
        HttpExchange exchange = _gateway.Request();
        exchange.Response.Head.Status = 200;
        exchange.ErrorStatus = 404;

        Assert.Equal("404", _gateway.Get(exchange, "status"));
    }

    [Fact]
    public void Status_OfHttp09_IsNine()
    {
        HttpExchange exchange = _gateway.Request();
        exchange.Version = 9;

        Assert.Equal("009", _gateway.Get(exchange, "status"));
    }

    [Fact]
    public void ForwardedFor_WithFieldsAlready_AppendsTheClient()
    {
        HttpExchange exchange = _gateway.Request("/", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: 10.0.0.2");

        Assert.Equal("10.0.0.1, 10.0.0.2, 192.0.2.1", _gateway.Get(exchange, "proxy_add_x_forwarded_for"));
    }

    [Fact]
    public void ContentLength_OfTheField_IsAsWritten()
    {
        HttpExchange exchange = _gateway.Request("/", "Content-Length: 007");

        Assert.Equal("007", _gateway.Get(exchange, "content_length"));
        Assert.Equal(KnownHeader.ContentLength, exchange.RequestHeaders.Fields[0].Known);
    }
}
