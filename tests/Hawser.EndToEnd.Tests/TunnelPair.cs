using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>A WebSocket through a gateway, with both of its ends in the hands of a test.</summary>
internal sealed class TunnelPair(RawClient client, RawClient server) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const uint Mask = 0x0A0B0C0D;

    public RawClient Client { get; } = client;

    public RawClient Server { get; } = server;

    public static Task<TunnelPair> OpenAsync(GatewayProcess gateway, RawServer server, string target = "/", params IEnumerable<string> headers) =>
        OpenAsync(gateway.Port(), server, target, headers);

    /// <param name="port">Where the client connects to: the gateway, or something in front of it.</param>
    /// <param name="server">The backend.</param>
    /// <param name="target">Request target.</param>
    /// <param name="headers">Further header lines of the server's answer.</param>
    public static async Task<TunnelPair> OpenAsync(int port, RawServer server, string target, IEnumerable<string> headers, int? receiveBuffer = null)
    {
        RawClient client = await RawClient.ConnectAsync(port, receiveBuffer);
        await client.SendAsync(WebSocketBytes.Handshake(target));
        RawClient accepted = await server.AcceptWebSocketAsync(headers);
        HttpReply? reply = await client.ReadReplyAsync(timeout: Patience);
        Assert.Equal(101, reply?.Status);
        return new TunnelPair(client, accepted);
    }

    public static string Frame(WebSocketOpcode opcode, string payload, bool isFinal = true) => WebSocketBytes.Encode(new(opcode, payload, isFinal));

    public static string Masked(WebSocketOpcode opcode, string payload, bool isFinal = true) => WebSocketBytes.Encode(new(opcode, payload, isFinal), Mask);

    /// <summary>The next frame of the other side that is no ping of the gateway, which is answered as an endpoint does.</summary>
    public Task<WebSocketFrame?> NextAtClientAsync() => NextAsync(Client, isMasked: true);

    /// <inheritdoc cref="NextAtClientAsync"/>
    public Task<WebSocketFrame?> NextAtServerAsync() => NextAsync(Server, isMasked: false);

    /// <summary>Waits for a close frame and gives its code; 0 if none came.</summary>
    public static async Task<int> CloseCodeAsync(Task<WebSocketFrame?> frame) =>
        await frame is { Opcode: WebSocketOpcode.Close, Payload: { Length: >= 2 } payload } ? payload[0] << 8 | payload[1] : 0;

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task<WebSocketFrame?> NextAsync(RawClient end, bool isMasked)
    {
        while (true)
        {
            WebSocketFrame? frame = await end.ReadFrameAsync(Patience);
            if (frame is not { Opcode: WebSocketOpcode.Ping } || !frame.Payload.StartsWith("hwsr", StringComparison.Ordinal))
                return frame;
            await end.SendAsync(isMasked ? Masked(WebSocketOpcode.Pong, frame.Payload) : Frame(WebSocketOpcode.Pong, frame.Payload));
        }
    }
}
