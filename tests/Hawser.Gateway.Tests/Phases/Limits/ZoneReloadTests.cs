using System.Globalization;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Hosting;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Phases.Limits;

/// <summary>What becomes of zones when the configuration is read again.</summary>
public sealed class ZoneReloadTests : IAsyncDisposable
{
    private const string OnePerMinute = "limit_req_zone $server_port zone=one:1m rate=1r/m;";

    private readonly TestDirectory _directory = new();
    private readonly PortLease _port = PortLease.Take();
    private GatewayHost? _host;

    [Fact]
    public async Task Reload_SameZone_RemembersItsEntries()
    {
        Start(OnePerMinute);
        Assert.Equal(204, await AskAsync());
        Assert.Equal(503, await AskAsync());

        _host!.Reload(Configuration(OnePerMinute + " map $uri $unused { default 1; }"));

        // Whichever configuration a loop has when it is asked, the zone is the same one.
        Assert.Equal(2, _host.TakeSnapshot().Generation);
        for (int i = 0; i < 10; i++) Assert.Equal(503, await AskAsync());
    }

    [Fact]
    public async Task Reload_ZoneOfAnotherSize_BeginsAnew()
    {
        Start(OnePerMinute);
        Assert.Equal(204, await AskAsync());

        _host!.Reload(Configuration(OnePerMinute.Replace("1m rate", "2m rate", StringComparison.Ordinal)));

        // Until a loop has the new configuration, the old zone answers; it would refuse for a minute.
        int status = 503;
        for (int i = 0; i < 300 && status == 503; i++)
        {
            status = await AskAsync();
            if (status == 503) await Task.Delay(50);
        }
        Assert.Equal(204, status);
    }

    [Fact]
    public async Task Reload_ZoneOfAnotherKey_IsRefusedAndTheOldOneStays()
    {
        Start(OnePerMinute);
        Assert.Equal(204, await AskAsync());

        var refused = Assert.Throws<GatewayCompilationException>(
            () => _host!.Reload(Configuration(OnePerMinute.Replace("$server_port", "$server_addr", StringComparison.Ordinal))));

        Assert.Equal("limit_req \"one\" uses the \"$server_addr\" key while previously it used the \"$server_port\" key", refused.Line);
        Assert.Equal(503, await AskAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            _host.StopNow();
            await _host.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        }
        _port.Dispose();
        _directory.Dispose();
    }

    private void Start(string http)
    {
        _directory.Write("logs/.keep", "");
        _host = GatewayHost.Start(Configuration(http), TimeProvider.System);
    }

    private GatewayConfiguration Configuration(string http)
    {
        string port = _port.Port.ToString(CultureInfo.InvariantCulture);
        string path = _directory.Write("nginx.conf", $$"""
            worker_processes 2;
            events { }
            http {
                {{http}}
                access_log off;
                server { listen 127.0.0.1:{{port}}; location / { limit_req zone=one; try_files /missing =204; } }
            }
            """);
        GatewayConfiguration configuration = GatewayConfiguration.Load(new ConfigurationRequest { Path = path, Prefix = _directory.Path + "/" });
        Assert.True(configuration.IsUsable, string.Join('\n', configuration.Messages));
        return configuration;
    }

    private async Task<int> AskAsync()
    {
        await using RawClient client = await RawClient.ConnectAsync(_port.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        HttpReply? reply = await client.ReadReplyAsync(isHead: false, timeout: TimeSpan.FromSeconds(30));
        return reply!.Status;
    }
}
