using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Hawser.Protocols.WebSocket;

namespace Hawser.Doctor.Tests.Live;

/// <summary>A WebSocket server as applications have them: one path, a complete handshake or the answer of a framework, echo.</summary>
internal sealed class StrictBackend : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _path;
    private readonly int _refusal;

    /// <param name="path">The one path that has a WebSocket.</param>
    /// <param name="refusal">The status for a request that is no handshake.</param>
    public StrictBackend(string path, int refusal = 400)
    {
        _path = path;
        _refusal = refusal;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Closes sockets that were silent for so long, with code 1001; null never does.</summary>
    public TimeSpan? ClosesAfter { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            NetworkStream stream = client.GetStream();
            string head = await ReadHeadAsync(stream);
            int status = StatusFor(head);
            if (status != 101)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                return;
            }
            byte[] proof = new byte[OpeningHandshake.AcceptLength];
            OpeningHandshake.WriteAccept(Encoding.ASCII.GetBytes(Field(head, "Sec-WebSocket-Key")), proof);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Encoding.ASCII.GetString(proof)}\r\n\r\n"));
            using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
            await EchoAsync(socket);
        }
        catch (Exception gone) when (gone is IOException or WebSocketException)
        {
            // The client has what it wanted.
        }
    }

    private async Task EchoAsync(WebSocket socket)
    {
        byte[] buffer = new byte[4096];
        while (socket.State == WebSocketState.Open)
        {
            Task<WebSocketReceiveResult> receiving = socket.ReceiveAsync(buffer, CancellationToken.None);
            if (ClosesAfter is { } silence && await Task.WhenAny(receiving, Task.Delay(silence)) != receiving)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "idle", CancellationToken.None);
                await receiving;
                return;
            }
            WebSocketReceiveResult received = await receiving;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                return;
            }
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int read = await stream.ReadAsync(buffer);
            if (read == 0) throw new IOException("the client closed early");
            head.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        return head.ToString();
    }

    private int StatusFor(string head)
    {
        if (head.Split(' ')[1].Split('?')[0] != _path) return 404;
        bool isHandshake = head.Contains("HTTP/1.1\r\n", StringComparison.Ordinal) && Field(head, "Upgrade").Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && Field(head, "Connection").Contains("upgrade", StringComparison.OrdinalIgnoreCase);
        return isHandshake ? 101 : _refusal;
    }

    private static string Field(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault("");
}
