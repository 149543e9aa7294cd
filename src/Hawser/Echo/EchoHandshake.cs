using System.Security.Cryptography;
using System.Text;

namespace Hawser.Echo;

/// <summary>What the backend answers to a request head.</summary>
/// <param name="Response">The whole answer.</param>
/// <param name="Upgraded">Whether frames follow; otherwise the connection is closed after the answer.</param>
public readonly record struct EchoReply(byte[] Response, bool Upgraded);

/// <summary>Decides between a WebSocket, a refusal and a plain page (RFC 6455 §4.2).</summary>
public static class EchoHandshake
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3

    /// <summary>Answers a request head, given without its final empty line.</summary>
    /// <param name="head">The head.</param>
    /// <param name="onlyPath">The only path with a WebSocket; null for all.</param>
    public static EchoReply Answer(string head, string? onlyPath = null)
    {
        var lines = head.Split('\n');
        var request = lines[0].TrimEnd('\r').Split(' ');
        if (request.Length != 3 || !request[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
            return Refuse("the request line is not HTTP/1");

        var headers = ReadHeaders(lines);
        if (!IsHandshake(headers))
            return Plain();

        if (onlyPath is not null && request[1].Split('?')[0] != onlyPath)
            return new(Text("404 Not Found", $"Not Found: the WebSocket is at {onlyPath}, this request asks for {request[1]}.\n"), Upgraded: false);
        if (FindFault(request, headers) is { } fault)
            return Refuse(fault);

        var response = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            .Append("Sec-WebSocket-Accept: ").Append(Accept(headers["Sec-WebSocket-Key"])).Append("\r\n");

        // A browser that offered protocols fails the connection unless one of them comes back.
        if (headers.TryGetValue("Sec-WebSocket-Protocol", out var protocols))
            response.Append("Sec-WebSocket-Protocol: ").Append(protocols.Split(',')[0].Trim()).Append("\r\n");

        return new EchoReply(Encoding.Latin1.GetBytes(response.Append("\r\n").ToString()), Upgraded: true);
    }

#pragma warning disable CA5350 // RFC 6455 §4.2.2 prescribes SHA-1, and nothing secret depends on it.
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350

    /// <summary>
    /// A proxy that loses <c>Upgrade</c> and <c>Connection</c> on the way still passes the <c>Sec-WebSocket-*</c> headers:
    /// such a request was meant as a handshake and deserves an answer that says what is missing.
    /// </summary>
    private static bool IsHandshake(Dictionary<string, string> headers) =>
        headers.ContainsKey("Sec-WebSocket-Key") || headers.ContainsKey("Sec-WebSocket-Version") || HasToken(headers, "Upgrade", "websocket");

    private static string? FindFault(string[] request, Dictionary<string, string> headers)
    {
        if (request[0] != "GET")
            return $"a WebSocket handshake is a GET request, this is {request[0]}";
        if (request[2] != "HTTP/1.1")
            return $"a WebSocket handshake takes HTTP/1.1, this is {request[2]} (a proxy needs: proxy_http_version 1.1;)";
        if (!HasToken(headers, "Upgrade", "websocket"))
            return "the header \"Upgrade: websocket\" is missing (a proxy needs: proxy_set_header Upgrade $http_upgrade;)";
        if (!HasToken(headers, "Connection", "upgrade"))
            return "the header \"Connection: Upgrade\" is missing (a proxy needs: proxy_set_header Connection \"upgrade\";)";
        if (!headers.TryGetValue("Sec-WebSocket-Version", out var version) || version != "13")
            return "the header \"Sec-WebSocket-Version: 13\" is missing";

        var key = headers.GetValueOrDefault("Sec-WebSocket-Key", "");
        Span<byte> decoded = stackalloc byte[24];
        return key.Length == 24 && Convert.TryFromBase64String(key, decoded, out var length) && length == 16
            ? null
            : "the header \"Sec-WebSocket-Key\" is not 16 bytes in base64";
    }

    private static Dictionary<string, string> ReadHeaders(string[] lines)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':');
            if (colon <= 0)
                continue;

            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
        }

        return headers;
    }

    private static bool HasToken(Dictionary<string, string> headers, string name, string token) =>
        headers.TryGetValue(name, out var value)
        && Array.Exists(value.Split(','), part => part.Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    private static EchoReply Plain() =>
        new(Text("200 OK", "This is the echo backend of Hawser. Connect with a WebSocket client.\n"), Upgraded: false);

    private static EchoReply Refuse(string reason) =>
        new(Text("400 Bad Request", $"Bad Request: {reason}.\n"), Upgraded: false);

    private static byte[] Text(string status, string body) => Encoding.Latin1.GetBytes(
        $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
}
