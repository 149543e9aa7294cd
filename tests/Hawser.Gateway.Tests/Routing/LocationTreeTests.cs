using Hawser.Configuration.Routing;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Routing;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Routing;

public sealed class LocationTreeTests
{
    private const string Server = """
        server {
            listen 127.0.0.1:8080;
            location / { }
            location = /exact { }
            location /api/ { location /api/v1/ { } location ~ \.json$ { } }
            location ^~ /static/ { }
            location ~ \.php$ { }
            location ~ ^/api { }
            location /ws/ { proxy_pass http://127.0.0.1:1; }
            location @fallback { }
            location "@caf\u00e9" { }
        }
        """;

    [Theory]
    [InlineData("/exact", "Exact /exact")]
    [InlineData("/none", "LongestPrefix /", @"RegexFailed \.php$", "RegexFailed ^/api")]
    [InlineData("/x.php", "LongestPrefix /", @"RegexMatched \.php$")]
    [InlineData("/api/v1/x", "LongestPrefix /api/", "LongestPrefix /api/v1/", @"RegexFailed \.json$", @"RegexFailed \.php$", "RegexMatched ^/api")]
    [InlineData("/api/x.json", "LongestPrefix /api/", @"RegexMatched \.json$")]
    [InlineData("/static/x.php", "LongestPrefix /static/", @"RegexSkipped \.php$", "RegexSkipped ^/api")]
    [InlineData("/ws", "AutoRedirect /ws/")]
    public void Find_WithSteps_TellsWhatWasConsidered(string path, params string[] expected)
    {
        using var gateway = new TestGateway(Server.Replace("\\u00e9", "\u00e9"));
        var steps = new List<LocationStep<LocationModel>>();
        LocationMatch<LocationModel> match = gateway.Server.Locations.Find(gateway.Request(path), steps);
        Assert.Equal(expected, steps.Select(s => $"{s.Kind} {s.Location.Name}"));
        Assert.NotNull(match.Location);
        Assert.Equal(path == "/ws", match.AutoRedirect);
    }

    [Theory]
    [InlineData("@fallback", true)]
    [InlineData("@caf\u00e9", true)]
    [InlineData("@Fallback", false)]
    [InlineData("@", false)]
    public void FindNamed_Names_AreBytes(string name, bool found)
    {
        using var gateway = new TestGateway(Server.Replace("\\u00e9", "\u00e9"));
        Assert.Equal(found, gateway.Server.Locations.FindNamed(ByteSlice.FromLatin1(name)) is not null);
    }

    [Fact]
    public void Find_Anything_AllocatesNothing()
    {
        using var gateway = new TestGateway(Server.Replace("\\u00e9", "\u00e9"));
        HttpExchange[] requests = [.. ((string[])["/exact", "/none", "/static/a/b", "/api/x", "/ws", "/ws/x"]).Select(p => gateway.Request(p))];
        LocationTree tree = gateway.Server.Locations;
        for (int i = 0; i < 200; i++)
        {
            foreach (HttpExchange request in requests) tree.Find(request);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (HttpExchange request in requests) tree.Find(request);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
