using System.Globalization;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Names that are resolved while requests are served.</summary>
public sealed class ResolverTests
{
    private const string Head = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 64; }
        http {
            access_log off;
            add_header X-Upstream $upstream_addr always;

        """;

    private const string ByVariable = Head + """
            server {
                listen 127.0.0.1:%%PORT_0%%;
                resolver %%SERVERS%%;
                resolver_timeout 30s;
                location / { proxy_pass http://$arg_name:%%BACKEND%%/; }
            }
        }
        """;

    private const string InUpstream = Head + """
            resolver %%SERVERS%% valid=1s;
            upstream app {
                zone app 64k;
                server app.test:%%BACKEND%% resolve;
            }
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://app; }
            }
        }
        """;

    [Fact]
    public async Task NameInVariable_WithinItsLifetime_IsAskedForOnce()
    {
        await using var backend = new ScriptedBackend(BackendReply.Ok());
        await using var names = new NameServerStub();
        names.Set("app.test", "127.0.0.1");
        await using var gateway = await StartAsync(ByVariable, backend.Port, $"127.0.0.1:{names.Port}");

        for (var i = 0; i < 3; i++)
        {
            var reply = await Gateways.GetAsync(gateway, i == 1 ? "/?name=APP.test." : "/?name=app.test");
            Assert.Equal(200, reply.Status);
            Assert.Contains($"X-Upstream: 127.0.0.1:{backend.Port}", reply.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(1, names.Queries("app.test"));
    }

    [Fact]
    public async Task NameInVariable_ThatDoesNotExist_Is502AndAskedForAgain()
    {
        await using var backend = new ScriptedBackend(BackendReply.Ok());
        await using var names = new NameServerStub();
        await using var gateway = await StartAsync(ByVariable, backend.Port, $"127.0.0.1:{names.Port}");

        Assert.Equal(502, (await Gateways.GetAsync(gateway, "/?name=app.test")).Status);
        Assert.Contains("app.test could not be resolved (3: Host not found)", gateway.ErrorLog, StringComparison.Ordinal);
        names.Set("app.test", "127.0.0.1");
        Assert.Equal(200, (await Gateways.GetAsync(gateway, "/?name=app.test")).Status);
    }

    [Fact]
    public async Task FirstNameServer_ThatIsNotThere_IsPassedOver()
    {
        using var nobody = PortLease.Take();
        nobody.Dispose(); // the lease itself is a bound UDP socket
        await using var backend = new ScriptedBackend(BackendReply.Ok());
        await using var names = new NameServerStub();
        names.Set("a.test", "127.0.0.1");
        names.Set("b.test", "127.0.0.1");
        await using var gateway = await StartAsync(ByVariable, backend.Port, $"127.0.0.1:{nobody.Port} 127.0.0.1:{names.Port}");

        // Names take turns among the servers, so one of the two is asked for at the dead one first.
        Assert.Equal(200, (await Gateways.GetAsync(gateway, "/?name=a.test")).Status);
        Assert.Equal(200, (await Gateways.GetAsync(gateway, "/?name=b.test")).Status);
    }

    [Fact]
    public async Task ResolvedServer_WhoseAddressesChange_IsFollowed()
    {
        await using var backend = new ScriptedBackend(BackendReply.Ok());
        await using var names = new NameServerStub { Lifetime = 1 };
        await using var gateway = await StartAsync(InUpstream, backend.Port, $"127.0.0.1:{names.Port}");
        Assert.Equal(502, (await Gateways.GetAsync(gateway)).Status);

        names.Set("app.test", "127.0.0.1");
        Assert.True(await Wait.UntilAsync(async () => (await Gateways.GetAsync(gateway)).Status == 200, TimeSpan.FromSeconds(30)), gateway.Describe());
        names.Set("app.test", "127.0.0.1", "127.0.0.2"); // nobody listens there, and the other one answers in its place
        Assert.True(
            await Wait.UntilAsync(
                async () => (await Gateways.GetAsync(gateway)).ToString().Contains($"127.0.0.2:{backend.Port}, 127.0.0.1:", StringComparison.Ordinal),
                TimeSpan.FromSeconds(30)),
            gateway.Describe());
        names.Set("app.test");
        Assert.True(await Wait.UntilAsync(async () => (await Gateways.GetAsync(gateway)).Status == 502, TimeSpan.FromSeconds(30)), gateway.Describe());
    }

    private static Task<GatewayProcess> StartAsync(string configuration, int backend, string servers) => GatewayProcess.StartAsync(
        GatewayExecutable.Hawser,
        configuration,
        new GatewayOptions
        {
            Placeholders = new Dictionary<string, string>
            {
                ["BACKEND"] = backend.ToString(CultureInfo.InvariantCulture),
                ["SERVERS"] = servers,
            },
        });
}
