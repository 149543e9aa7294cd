using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Hawser.Control;

/// <summary>Asks a running gateway something through its control socket.</summary>
internal sealed class ControlClient(string path)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Sends one request and reads the answer.</summary>
    /// <exception cref="ControlException">Nobody answers, or the gateway refuses; the message is for people.</exception>
    public JsonObject Ask(params IEnumerable<string> words)
    {
        var request = string.Join('\t', words) + "\n";
        if (request.AsSpan(0, request.Length - 1).Contains('\n') || Encoding.UTF8.GetByteCount(request) > ControlSocket.MaximumRequest)
            throw new ControlException("the name is too long, or has a line end in it");

        JsonObject answer;
        try
        {
            var received = Exchange(request);
            if (received.Length == 0)
                throw new ControlException($"the gateway behind {path} went away without an answer") { IsNobodyThere = true };
            answer = JsonNode.Parse(received) as JsonObject ?? throw new ControlException($"the answer from {path} is not understood");
        }
        catch (SocketException e)
        {
            throw new ControlException(Explain(e), e) { IsNobodyThere = e.SocketErrorCode is not (SocketError.AccessDenied or SocketError.TimedOut or SocketError.WouldBlock) };
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new ControlException($"the answer from {path} is cut off or not understood", e);
        }

        return answer["error"] is { } error ? throw new ControlException(error.GetValue<string>()) : answer;
    }

    private byte[] Exchange(string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.SendTimeout = socket.ReceiveTimeout = (int)Timeout.TotalMilliseconds;
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Encoding.UTF8.GetBytes(request));
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = socket.Receive(buffer)) > 0;)
            received.Write(buffer, 0, count);
        return received.ToArray();
    }

    private string Explain(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AccessDenied => $"{path} is for the gateway's own user and root only; try sudo",
        SocketError.TimedOut or SocketError.WouldBlock => $"the gateway behind {path} does not answer within {Timeout.TotalSeconds:0} s",
        _ when !File.Exists(path) => $"no gateway runs with this configuration: there is no {path}. Another configuration: -c FILE, -p PREFIX",
        _ => $"no gateway answers behind {path} ({e.Message}); it may have been killed",
    };
}

/// <summary>A request to a running gateway that came to nothing; the message is for people.</summary>
internal sealed class ControlException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>No process listens on the socket, or it went away while it was asked.</summary>
    public bool IsNobodyThere { get; init; }
}
