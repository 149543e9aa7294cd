using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>.NET's client through the gateway, whose configuration lacks the WebSocket recipe.</summary>
public sealed class NetWebSocketTests : IAsyncLifetime
{
    private readonly WebSocketEchoBackend _backend = new();
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await Gateways.StartAsync(_backend.Port, Configurations.TwoLoops);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Fact]
    public async Task Client_TextAndBinary_ComeBack()
    {
        using var socket = await ConnectAsync();
        Assert.Equal("héllo 你好", await EchoTextAsync(socket, "héllo 你好"));
        Assert.Equal("", await EchoTextAsync(socket, ""));
        var bytes = RandomNumberGenerator.GetBytes(70_000);
        Assert.Equal(bytes, await EchoAsync(socket, bytes, WebSocketMessageType.Binary));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Timeout);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Equal("done", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task Client_FragmentedMessage_ComesBackWhole()
    {
        using var socket = await ConnectAsync();
        for (var i = 0; i < 10; i++)
            await socket.SendAsync(Encoding.ASCII.GetBytes($"part {i};"), WebSocketMessageType.Text, endOfMessage: i == 9, Timeout);
        var back = Encoding.ASCII.GetString(await ReceiveAsync(socket));
        Assert.Equal(string.Concat(Enumerable.Range(0, 10).Select(i => $"part {i};")), back);
    }

    [Fact]
    public async Task Client_MessageOfSixteenMegabytes_ComesBack()
    {
        using var socket = await ConnectAsync();
        var bytes = RandomNumberGenerator.GetBytes(16 << 20);
        var sending = socket.SendAsync(bytes, WebSocketMessageType.Binary, true, Timeout);
        var back = await ReceiveAsync(socket);
        await sending;
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(back));
    }

    [Fact]
    public async Task Client_Subprotocol_IsNegotiated()
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("chat.v2");
        socket.Options.AddSubProtocol("chat.v1");
        socket.Options.SetRequestHeader("X-Token", "abc");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_gateway.Port()}/room/1?x=y"), Timeout);
        Assert.Equal("chat.v2", socket.SubProtocol);
        var head = Assert.Single(_backend.Heads);
        Assert.StartsWith("GET /room/1?x=y HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Token: abc\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "normal")]
    [InlineData(1001, "")]
    [InlineData(3000, "registered")]
    [InlineData(4999, "own")]
    public async Task Client_CloseCodes_PassUnchanged(int code, string reason)
    {
        using var socket = await ConnectAsync();
        await socket.CloseAsync((WebSocketCloseStatus)code, reason, Timeout);
        Assert.Equal(code, (int)socket.CloseStatus!);
        Assert.Equal(reason, socket.CloseStatusDescription ?? "");
    }

    [Fact]
    public async Task Clients_TwoHundredAtOnce_EachGetTheirOwn()
    {
        var atRest = await Gateways.DescriptorsAtRestAsync(_gateway);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var socket = await ConnectAsync();
            for (var message = 0; message < 20; message++)
                Assert.Equal($"{i}:{message}", await EchoTextAsync(socket, $"{i}:{message}"));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Timeout);
        }));
        Assert.True(await Wait.UntilAsync(() => _backend.Open == 0, TimeSpan.FromSeconds(10)), "the backend still has tunnels");
        await Gateways.AssertNoDescriptorLeakAsync(_gateway, atRest);
    }

    [Fact]
    public async Task Client_Vanishes_TheBackendLearnsOfIt()
    {
        var socket = await ConnectAsync();
        Assert.Equal("x", await EchoTextAsync(socket, "x"));
        socket.Abort();
        socket.Dispose();
        Assert.True(await Wait.UntilAsync(() => _backend.Open == 0, TimeSpan.FromSeconds(10)), "the backend's connection is still open");
    }

    private static CancellationToken Timeout => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private async Task<ClientWebSocket> ConnectAsync()
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_gateway.Port()}/"), Timeout);
        return socket;
    }

    private static async Task<string> EchoTextAsync(ClientWebSocket socket, string text) =>
        Encoding.UTF8.GetString(await EchoAsync(socket, Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text));

    private static async Task<byte[]> EchoAsync(ClientWebSocket socket, byte[] bytes, WebSocketMessageType type)
    {
        await socket.SendAsync(bytes, type, true, Timeout);
        return await ReceiveAsync(socket);
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[65536];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), Timeout);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return message.ToArray();
    }
}
