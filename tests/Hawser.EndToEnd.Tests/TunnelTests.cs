using System.Diagnostics;
using System.Net.WebSockets;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>What a tunnel owes its two ends when they are slow, rude or silent.</summary>
public sealed class TunnelTests
{
    private static readonly BackendReply s_echo = new([new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Echo()]);

    [Fact]
    public async Task Tunnel_EveryFrameSizeClass_ComesBackByteForByte()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var client = await Gateways.OpenTunnelAsync(gateway);
        foreach (var size in new[] { 0, 1, 125, 126, 127, 65535, 65536, 65537, 300_000 })
        {
            var frame = WebSocketBytes.Encode(new(WebSocketOpcode.Binary, new string('x', size)), mask: 0x01020304);
            await client.SendAsync(frame);
            Assert.Equal(frame, await client.ReadAsync(frame.Length));
        }
    }

    [Fact]
    public async Task Tunnel_HandshakeAndFrameInEverySplit_LosesNothing()
    {
        var frame = WebSocketBytes.Encode(new(WebSocketOpcode.Text, "hello"), mask: 0xA1B2C3D4);
        var bytes = Bytes.FromText(WebSocketBytes.Handshake() + frame);
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        foreach (var at in Enumerable.Range(1, bytes.Length - 1))
        {
            await using var client = await RawClient.ConnectAsync(gateway.Port());
            await client.SendFragmentsAsync([bytes.AsMemory(0, at), bytes.AsMemory(at)], TimeSpan.FromMilliseconds(1));
            Assert.Equal(101, (await client.ReadReplyAsync())!.Status);
            Assert.Equal(frame, await client.ReadAsync(frame.Length));
        }

        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest);
    }

    [Fact]
    public async Task Tunnel_OneByteSegmentsInBothDirections_Works()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var slow = new FaultProxy(backend.Port) { FromTarget = new() { PieceSize = 1 }, ToTarget = new() { PieceSize = 1 } };
        await using var gateway = await Gateways.StartAsync(slow.Port);
        await using var client = await Gateways.OpenTunnelAsync(gateway);
        var frame = WebSocketBytes.Encode(new(WebSocketOpcode.Text, new string('y', 500)), mask: 7);
        await client.SendAsync(frame);
        Assert.Equal(frame, await client.ReadAsync(frame.Length));
    }

    [Fact]
    public async Task Tunnel_ClientEndsSending_StillGetsWhatTheBackendHasToSay()
    {
        var farewell = new string('z', 200_000);
        await using var backend = new ScriptedBackend(new BackendReply(
            [new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Expect(3), new BackendStep.Send(farewell), new BackendStep.Close()]));
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var client = await Gateways.OpenTunnelAsync(gateway);
        await client.SendAsync("end");
        Assert.Equal(farewell, await client.ReadAsync(farewell.Length));
        Assert.Equal(ConnectionState.Closed, await client.WaitForEndAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Tunnel_ClientResets_TheBackendIsToldAtOnce()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        var client = await Gateways.OpenTunnelAsync(gateway);
        client.Reset();
        Assert.True(await Wait.UntilAsync(() => backend.Connections.All(c => c.State != ConnectionState.Open), TimeSpan.FromSeconds(5)));
        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest);
    }

    [Fact]
    public async Task Tunnel_BackendResets_TheClientIsToldAtOnce()
    {
        await using var backend = new ScriptedBackend(new BackendReply(
            [new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Expect(1), new BackendStep.Reset()]));
        await using var gateway = await Gateways.StartAsync(backend.Port);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        await using var client = await Gateways.OpenTunnelAsync(gateway);
        await client.SendAsync("x");
        Assert.NotEqual(ConnectionState.Open, await client.WaitForEndAsync(TimeSpan.FromSeconds(15)));
        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest);
    }

    // The gateway must stop reading from a backend whose client does not read, and go on when it does.
    [Fact]
    public async Task Tunnel_ClientDoesNotRead_MemoryStaysAndNothingIsLost()
    {
        const int Size = 32 << 20;
        await using var backend = new ScriptedBackend(new BackendReply(
            [new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Expect(1), new BackendStep.Send(new string('b', Size)), new BackendStep.Close()]));
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var other = await Gateways.OpenTunnelAsync(gateway, "/other");
        await using var client = await Gateways.OpenTunnelAsync(gateway, receiveBuffer: 65536);
        var before = ProcessProbe.ResidentBytes(gateway.Id);
        var processorBefore = ProcessProbe.ProcessorTime(gateway.Id);
        await client.SendAsync("x");
        await Task.Delay(1500);

        Assert.InRange(ProcessProbe.ResidentBytes(gateway.Id) - before, long.MinValue, 8 << 20);
        Assert.InRange((ProcessProbe.ProcessorTime(gateway.Id) - processorBefore).TotalMilliseconds, 0, 700);
        var received = 0L;
        while (received < Size && await client.ReadAsync(1 << 20) is { Length: > 0 } part)
            received += part.Length;
        Assert.Equal(Size, received);
    }

    // One tunnel at full speed must not keep another waiting.
    [Fact]
    public async Task Tunnel_NextToABusyOne_IsServedInTime()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var busy = await Gateways.OpenTunnelAsync(gateway, "/busy");
        await using var quiet = await Gateways.OpenTunnelAsync(gateway, "/quiet");
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(SendAsync(), ReceiveAsync());
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 50; i++)
        {
            var watch = Stopwatch.StartNew();
            await quiet.SendAsync("ping");
            Assert.Equal("ping", await quiet.ReadAsync(4));
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            await Task.Delay(10);
        }

        await stop.CancelAsync();
        await load;
        Assert.InRange(slowest.TotalMilliseconds, 0, 500);

        async Task SendAsync()
        {
            var block = new byte[65536];
            while (!stop.IsCancellationRequested)
                await busy.SendAsync(block);
            busy.EndSending();
        }

        async Task ReceiveAsync()
        {
            while ((await busy.ReadAsync(65536)).Length > 0)
            {
                // Only to keep it flowing.
            }
        }
    }

    [Fact]
    public async Task Tunnels_OpenedAndClosedByTheHundred_LeaveNoDescriptors()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port, Configurations.TwoLoops);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        for (var round = 0; round < TestSettings.Scale(3); round++)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Gateways.OpenTunnelAsync(gateway)));
            for (var i = 0; i < clients.Length; i++)
            {
                if (i % 2 == 0)
                    clients[i].Reset();
                await clients[i].DisposeAsync();
            }
        }

        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest);
    }

    // nginx ends such a tunnel after its silent 60 seconds.
    [Fact]
    [Trait("length", "long")]
    public async Task Tunnel_IdleForLongerThanNginxAllows_IsStillThere()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await Gateways.StartAsync(backend.Port);
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Port()}/"), CancellationToken.None);
        // Pings are answered while somebody waits for a message.
        var buffer = new byte[64];
        var answer = client.ReceiveAsync(buffer, CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(70));
        Assert.False(answer.IsCompleted);
        await client.SendAsync("still here"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal("still here", Bytes.ToText(buffer.AsSpan(0, (await answer.WaitAsync(TimeSpan.FromSeconds(30))).Count)));
    }

    [Fact]
    public async Task Tunnel_ReadTimeoutIsConfigured_EndsWhenNobodySpeaks()
    {
        await using var backend = new ScriptedBackend(s_echo);
        var configuration = Configurations.Plain.Replace("access_log access.log;", "access_log access.log; proxy_read_timeout 1s;", StringComparison.Ordinal);
        await using var gateway = await Gateways.StartAsync(backend.Port, configuration);
        await using var client = await Gateways.OpenTunnelAsync(gateway);
        var watch = Stopwatch.StartNew();
        Assert.NotEqual(ConnectionState.Open, await client.WaitForEndAsync(TimeSpan.FromSeconds(30)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.8, 30);
    }
}
