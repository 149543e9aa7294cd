using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Hawser.Echo;

namespace Hawser.Tests.Echo;

/// <summary>The echo backend over real sockets, with the client of .NET and with raw frames.</summary>
public sealed class EchoServerTests
{
    private static readonly EchoOptions AnyPort = new() { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(WebSocketMessageType.Text, 0)]
    [InlineData(WebSocketMessageType.Text, 5)]
    [InlineData(WebSocketMessageType.Binary, 126)]
    [InlineData(WebSocketMessageType.Binary, 70_000)]
    [InlineData(WebSocketMessageType.Text, 1_000_000)]
    public async Task Message_OfAnyLength_ComesBack(WebSocketMessageType type, int length)
    {
        await using var server = EchoServer.Start(AnyPort);
        using var client = await ConnectAsync(server);
        var sent = Enumerable.Range(0, length).Select(i => (byte)('a' + i % 26)).ToArray();

        var sending = client.SendAsync(sent, type, endOfMessage: true, Stop);
        var (receivedType, received) = await ReceiveMessageAsync(client);
        await sending;

        Assert.Equal(type, receivedType);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Fragments_ComeBackWithTheirBoundaries_AndControlFramesBetweenThem()
    {
        await using var server = EchoServer.Start(AnyPort);
        using var client = await ConnectRawAsync(server);

        byte[] ping = [0x89, 0x82, 0, 0, 0, 0, (byte)'h', (byte)'i'];
        await client.SendAsync((byte[])[.. Frame(0x01, "ab"), .. ping, .. Frame(0x00, ""), .. Frame(0x80, "c")], Stop);

        await ExpectAsync(client, [0x01, 2, (byte)'a', (byte)'b']);
        await ExpectAsync(client, [0x8A, 2, (byte)'h', (byte)'i']);
        await ExpectAsync(client, [0x00, 0]);
        await ExpectAsync(client, [0x80, 1, (byte)'c']);
    }

    [Fact]
    public async Task Message_SentByteByByte_ComesBack()
    {
        await using var server = EchoServer.Start(AnyPort);
        using var client = await ConnectRawAsync(server);
        client.NoDelay = true;

        foreach (var b in Frame(0x81, "x€y"))
            await client.SendAsync(new[] { b }, Stop);

        await ExpectAsync(client, [0x81, 5, .. "x€y"u8]);
    }

    [Fact]
    public async Task Close_OfTheClient_IsAnsweredWithItsCodeAndReason()
    {
        await using var server = EchoServer.Start(AnyPort);
        using var client = await ConnectAsync(server);

        await client.CloseAsync((WebSocketCloseStatus)4321, "enough", Stop);

        Assert.Equal(WebSocketState.Closed, client.State);
        Assert.Equal(4321, (int)client.CloseStatus!);
        Assert.Equal("enough", client.CloseStatusDescription);
    }

    [Fact]
    public async Task Idle_SilentClient_IsClosedWith1001()
    {
        await using var server = EchoServer.Start(AnyPort with { Idle = TimeSpan.FromMilliseconds(150) });
        using var client = await ConnectAsync(server);
        await client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Stop);
        await ReceiveMessageAsync(client);

        var (type, _) = await ReceiveMessageAsync(client);

        Assert.Equal(WebSocketMessageType.Close, type);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        Assert.Equal("silent for 0.15 s", client.CloseStatusDescription);
    }

    [Fact]
    public async Task Idle_ClientThatKeepsTalking_StaysConnected()
    {
        await using var server = EchoServer.Start(AnyPort with { Idle = TimeSpan.FromMilliseconds(400) });
        using var client = await ConnectAsync(server);

        for (var i = 0; i < 8; i++)
        {
            await Task.Delay(100, Stop);
            await client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Stop);
            Assert.Equal(WebSocketMessageType.Text, (await ReceiveMessageAsync(client)).Type);
        }
    }

    [Fact]
    public async Task Delay_HoldsTheMessageBack()
    {
        await using var server = EchoServer.Start(AnyPort with { Delay = TimeSpan.FromMilliseconds(200) });
        using var client = await ConnectAsync(server);

        var started = TimeProvider.System.GetTimestamp();
        await client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Stop);
        await ReceiveMessageAsync(client);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, 190, 5000);
    }

    [Fact]
    public async Task Handshake_WithoutUpgrade_Gets400ThatNamesTheHeader()
    {
        await using var server = EchoServer.Start(AnyPort);

        var answer = await ExchangeAsync(server, "GET / HTTP/1.0\r\nConnection: close\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("proxy_http_version 1.1", answer);
    }

    [Fact]
    public async Task PlainRequest_WithABody_GetsAnAnswerAndNoReset()
    {
        await using var server = EchoServer.Start(AnyPort);

        var answer = await ExchangeAsync(server, $"POST / HTTP/1.1\nHost: x\nContent-Length: 50000\n\n{new string('b', 50_000)}");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_ThatIsNotUtf8_IsClosedWith1007()
    {
        await using var server = EchoServer.Start(AnyPort);
        using var client = await ConnectRawAsync(server);

        await client.SendAsync((byte[])[0x81, 0x81, 0, 0, 0, 0, 0xFF], Stop);

        await ExpectAsync(client, [0x88]);
        Assert.Equal(1007, BinaryPrimitives.ReadUInt16BigEndian((await ReadAsync(client, 3)).AsSpan(1)));
    }

    [Fact]
    public async Task Stop_WhileClientsAreConnected_SaysGoingAway()
    {
        var server = EchoServer.Start(AnyPort);
        using var client = await ConnectAsync(server);
        using var inTheMiddle = await ConnectRawAsync(server);
        await inTheMiddle.SendAsync((byte[])[0x82, 0xFE, 0x01, 0x00, 0, 0, 0, 0, 1], Stop); // 1 of 256 bytes
        await ReadAsync(inTheMiddle, 5);

        await server.DisposeAsync();
        var (type, _) = await ReceiveMessageAsync(client);

        Assert.Equal(WebSocketMessageType.Close, type);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
    }

    [Fact]
    public async Task Clients_SeveralAtOnce_EachGetTheirOwn()
    {
        await using var server = EchoServer.Start(AnyPort);
        var clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ConnectAsync(server)));

        await Task.WhenAll(clients.Select(async (client, i) =>
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"client {i}"), WebSocketMessageType.Text, endOfMessage: true, Stop);
            Assert.Equal($"client {i}", Encoding.ASCII.GetString((await ReceiveMessageAsync(client)).Payload));
            client.Dispose();
        }));
    }

    private static async Task<ClientWebSocket> ConnectAsync(EchoServer server)
    {
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{server.EndPoint}/some/path?x=1"), Stop);
        return client;
    }

    private static async Task<(WebSocketMessageType Type, byte[] Payload)> ReceiveMessageAsync(ClientWebSocket client)
    {
        using var payload = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var result = await client.ReceiveAsync(buffer, Stop);
            payload.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
                return (result.MessageType, payload.ToArray());
        }
    }

    private static async Task<Socket> ConnectRawAsync(EchoServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, Stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), Stop);
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)(await ReadAsync(socket, 1))[0]);
        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        return socket;
    }

    private static async Task<string> ExchangeAsync(EchoServer server, string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, Stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Stop);
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        return await reader.ReadToEndAsync(Stop);
    }

    private static async Task ExpectAsync(Socket socket, byte[] expected) => Assert.Equal(expected, await ReadAsync(socket, expected.Length));

    /// <summary>A frame of a client, masked with zeros so that the payload stays readable.</summary>
    private static byte[] Frame(byte first, string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        return [first, (byte)(0x80 | bytes.Length), 0, 0, 0, 0, .. bytes];
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        for (var n = 0; n < count;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(n), Stop);
            Assert.NotEqual(0, received);
            n += received;
        }

        return buffer;
    }
}
