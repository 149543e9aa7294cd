using System.Globalization;
using System.Text.Json.Nodes;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Starts Hawser in front of a backend.</summary>
internal static class Gateways
{
    public static Task<GatewayProcess> StartAsync(int backendPort, string? configuration = null, GatewayOptions? options = null) =>
        GatewayProcess.StartAsync(GatewayExecutable.Hawser, configuration ?? Configurations.Plain, WithBackend(backendPort, options));

    public static GatewayOptions WithBackend(int backendPort, GatewayOptions? options = null) => (options ?? new()) with
    {
        Placeholders = new Dictionary<string, string> { ["BACKEND"] = backendPort.ToString(CultureInfo.InvariantCulture) },
    };

    /// <summary>Opens a WebSocket tunnel as a raw client.</summary>
    public static async Task<RawClient> OpenTunnelAsync(GatewayProcess gateway, string target = "/tunnel", int? receiveBuffer = null)
    {
        var client = await RawClient.ConnectAsync(gateway.Port(), receiveBuffer);
        await client.SendAsync(WebSocketBytes.Handshake(target));
        var reply = await client.ReadReplyAsync();
        if (reply?.Status != 101)
            throw new GatewayException($"No tunnel: {reply}\n{gateway.Describe()}");
        return client;
    }

    /// <summary>Sends a request on a connection of its own and reads the answer.</summary>
    public static async Task<HttpReply> GetAsync(GatewayProcess gateway, string target = "/")
    {
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return await client.ReadReplyAsync() ?? throw new GatewayException($"No answer.\n{gateway.Describe()}");
    }

    /// <summary>
    /// Number of open descriptors at rest: after a first request and a first tunnel, which may leave things behind for good, and once
    /// the number has stopped changing.
    /// </summary>
    public static async Task<int> DescriptorsAtRestAsync(GatewayProcess gateway)
    {
        await GetAsync(gateway, "/return");
        await using (var tunnel = await OpenTunnelAsync(gateway))
            tunnel.Reset();
        return await DescriptorsAtRestWithoutTunnelAsync(gateway);
    }

    /// <summary>The same for a gateway that has had its first request and its first tunnel.</summary>
    public static async Task<int> DescriptorsAtRestWithoutTunnelAsync(GatewayProcess gateway)
    {
        var last = -1;
        var settled = 0;
        await Wait.UntilAsync(
            () =>
            {
                var now = ProcessProbe.Descriptors(gateway.Id);
                settled = now == last ? settled + 1 : 0;
                last = now;
                return settled >= 40;
            },
            TimeSpan.FromSeconds(10));
        return last;
    }

    /// <summary>A network of its own on which packets can vanish; where there can be none, the test is skipped.</summary>
    public static async Task<NetworkNamespace> NetworkOrSkipAsync()
    {
        var (network, reason) = await NetworkNamespace.TryCreateAsync();
        Assert.SkipWhen(network is null, reason);
        return network;
    }

    /// <summary>What all loops have in use of their buffers.</summary>
    public static long BufferBytes(JsonObject status) => status["loops"]!.AsArray().Sum(loop => loop!["buffer_bytes"]!.GetValue<long>());

    /// <summary>
    /// Waits until nothing is left of what a test did: no connection, no tunnel, no request on a server, no descriptor, no buffer; and as many tunnels have
    /// ended as were opened.
    /// </summary>
    public static async Task AssertNothingLeftAsync(GatewayProcess gateway, int atRest)
    {
        JsonObject? status = null;
        Assert.True(await Wait.UntilAsync(IsAtRestAsync, TimeSpan.FromSeconds(15)), $"{status}\n{gateway.Describe()}");
        await AssertNoDescriptorLeakAsync(gateway, atRest + 3); // what status opens for good
        Assert.DoesNotContain("unexpected failure", gateway.ErrorLog, StringComparison.Ordinal);

        async Task<bool> IsAtRestAsync()
        {
            status = await Commands.StatusAsync(gateway);
            var tunnels = status["tunnels"]!;
            return status["connections"]!["open"]!.GetValue<long>() == 0
                && tunnels["open"]!.GetValue<long>() == 0
                && tunnels["opened"]!.GetValue<long>() == tunnels["closed"]!.GetValue<long>()
                && tunnels["closed_by_reason"]!.AsObject().Sum(reason => reason.Value!.GetValue<long>()) == tunnels["closed"]!.GetValue<long>()
                && BufferBytes(status) == 0
                && status["upstreams"]!.AsArray().All(u => u!["servers"]!.AsArray().All(s => s!["active"]!.GetValue<long>() == 0));
        }
    }

    /// <summary>Waits until the gateway has no more descriptors open than at rest, and says which are left when it does not come to that.</summary>
    public static async Task AssertNoDescriptorLeakAsync(GatewayProcess gateway, int atRest)
    {
        if (!await Wait.UntilAsync(() => ProcessProbe.Descriptors(gateway.Id) <= atRest, TimeSpan.FromSeconds(10)))
        {
            Assert.Fail($"{atRest} descriptors before, {ProcessProbe.Descriptors(gateway.Id)} after:\n"
                + string.Join('\n', ProcessProbe.DescribeDescriptors(gateway.Id)));
        }
    }
}
