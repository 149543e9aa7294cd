using System.Net;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Phases;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("allow 192.0.2.0/24; deny all;", "192.0.2.255", true)]
    [InlineData("allow 192.0.2.0/24; deny all;", "192.0.3.0", false)]
    [InlineData("deny 192.0.2.0/24;", "192.0.2.7", false)]
    [InlineData("deny 192.0.2.0/24;", "198.51.100.1", true)]
    [InlineData("deny 192.0.2.7; allow 192.0.2.0/24; deny all;", "192.0.2.7", false)]
    [InlineData("allow 192.0.2.0/24; deny 192.0.2.7; deny all;", "192.0.2.7", true)]
    [InlineData("deny 10.0.0.0/9;", "10.127.255.255", false)]
    [InlineData("deny 10.0.0.0/9;", "10.128.0.0", true)]
    [InlineData("deny 0.0.0.0/0;", "203.0.113.1", false)]
    [InlineData("allow all; deny all;", "203.0.113.1", true)]
    [InlineData("allow 2001:db8::/33; deny all;", "2001:db8:7fff::1", true)]
    [InlineData("allow 2001:db8::/33; deny all;", "2001:db8:8000::1", false)]
    [InlineData("deny 192.0.2.0/24;", "2001:db8::1", true)]
    [InlineData("deny 192.0.2.0/24;", "::ffff:192.0.2.1", false)]
    [InlineData("deny 2001:db8::/32;", "::ffff:192.0.2.1", true)]
    [InlineData("deny ::/0;", "::ffff:192.0.2.1", false)]
    [InlineData("deny unix:;", "192.0.2.1", true)]
    [InlineData("deny unix:;", "unix", false)]
    [InlineData("deny all;", "unix", false)]
    [InlineData("allow unix:; deny all;", "unix", true)]
    [InlineData("allow 127.0.0.1; deny 127.0.0.1;", "unix", true)]
    [InlineData("satisfy any; deny all;", "192.0.2.1", false)]
    public async Task Check_ClientAndRules_FirstRuleThatFitsDecides(string rules, string client, bool passes)
    {
        using var gateway = new TestGateway($"server {{ listen 127.0.0.1:8080; location / {{ {rules} }} }}");
        gateway.Connection.RemoteEndpoint = client == "unix" ? SocketEndpoint.FromUnixPath("/run/x") : SocketEndpoint.FromIP(IPAddress.Parse(client), 1);
        HttpExchange exchange = gateway.Request();
        exchange.Location = gateway.Server.Locations.Find(exchange).Location!;

        Outcome outcome = await exchange.Location.Access!.CheckAsync(exchange);

        Assert.Equal(passes ? OutcomeKind.Continue : OutcomeKind.Status, outcome.Kind);
        if (!passes) Assert.Equal(403, outcome.StatusCode);
    }

    [Fact]
    public async Task LimitExcept_EveryMethod_IsNginxs()
    {
        const string Server = """
            location /get { limit_except GET { deny all; } return 200 "rewrite\n"; }
            location /post { limit_except POST PUT { deny all; } }
            location /allowed { limit_except GET { allow all; } add_header X-A 1; }
            location /proxied { limit_except GET { proxy_pass http://127.0.0.1:%PORT%; } }
            location /inherit { deny all; limit_except GET { allow 127.0.0.1; } }
            location /webdav { limit_except PROPFIND { deny all; } return 200 "dav\n"; }
            """;
        string[] methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "TRACED", "get"];
        string[] paths = ["/get", "/post", "/allowed/", "/allowed/a.txt", "/inherit", "/webdav"];
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", ("html/allowed/a.txt", "a"));
        await both.AssertSameAsync(methods.Where(m => m != "get").SelectMany(m => paths.Select(p => $"{m} {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")));
    }
}
