using System.Security.Cryptography;
using System.Text;
using Hawser.Protocols.Http1;
using Hawser.Protocols.WebSocket;

namespace Hawser.Doctor.Probes;

/// <summary>What a server answered to a handshake.</summary>
/// <param name="Status">0 when the connection ended before an answer.</param>
/// <param name="Headers">The fields in order.</param>
/// <param name="Rest">What came behind the head.</param>
/// <param name="AcceptMatches">Whether Sec-WebSocket-Accept is the proof for the key that was sent (RFC 6455 §4.2.2).</param>
/// <param name="Failure">Why there is no answer: <c>closed</c>, <c>reset</c>, <c>timeout</c>, <c>garbage</c>; null if there is one.</param>
internal sealed record HandshakeAnswer(
    int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Rest, bool AcceptMatches, string? Failure)
{
    public string? Header(string name) => Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public static HandshakeAnswer Failed(string why) => new(0, [], [], false, why);
}

/// <summary>Sends an opening handshake and reads the answer.</summary>
internal static class ProbeHandshake
{
    private const int LargestHead = 64 * 1024;

    public static async Task<HandshakeAnswer> RunAsync(
        Stream stream, ProbeTarget target, IReadOnlyList<string> headers, string? origin, TimeSpan timeout, CancellationToken cancellation)
    {
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(RequestFor(target, key, headers, origin)), limit.Token);
            return await ReadAsync(stream, key, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return HandshakeAnswer.Failed("timeout");
        }
        catch (IOException)
        {
            return HandshakeAnswer.Failed("reset");
        }
    }

    private static string RequestFor(ProbeTarget target, string key, IReadOnlyList<string> headers, string? origin)
    {
        var request = new StringBuilder();
        request.Append($"GET {target.PathAndQuery} HTTP/1.1\r\n");
        AddUnlessGiven(request, headers, "Host", target.Authority);
        AddUnlessGiven(request, headers, "Upgrade", "websocket");
        AddUnlessGiven(request, headers, "Connection", "Upgrade");
        request.Append($"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n");
        if (origin is not null) AddUnlessGiven(request, headers, "Origin", origin);
        foreach (string header in headers) request.Append(header.Trim()).Append("\r\n");
        return request.Append("\r\n").ToString();
    }

    private static void AddUnlessGiven(StringBuilder request, IReadOnlyList<string> headers, string name, string value)
    {
        if (!headers.Any(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))) request.Append($"{name}: {value}\r\n");
    }

    private static async Task<HandshakeAnswer> ReadAsync(Stream stream, string key, CancellationToken cancellation)
    {
        var parser = new ResponseHeadParser();
        byte[] buffer = new byte[LargestHead];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0) return HandshakeAnswer.Failed(length == 0 ? "closed" : "garbage");
            length += read;
            switch (parser.Parse(buffer.AsSpan(0, length)))
            {
                case HeadStatus.Complete when parser.IsInterim:
                    int consumed = parser.Consumed;
                    buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
                    length -= consumed;
                    parser.Reset();
                    break;
                case HeadStatus.Complete when !parser.IsHttp09:
                    return AnswerOf(parser, buffer.AsSpan(0, length), key);
                case HeadStatus.Complete or HeadStatus.Error:
                    return HandshakeAnswer.Failed("garbage");
            }
        }
        return HandshakeAnswer.Failed("garbage");
    }

    private static HandshakeAnswer AnswerOf(ResponseHeadParser parser, ReadOnlySpan<byte> received, string key)
    {
        var headers = new List<(string, string)>();
        foreach (HeaderField field in parser.Headers)
            headers.Add((Text(received, field.Name), Text(received, field.Value)));
        string accept = headers.Find(static h => h.Item1.Equals("Sec-WebSocket-Accept", StringComparison.OrdinalIgnoreCase)).Item2 ?? "";
        bool matches = OpeningHandshake.AcceptMatches(Encoding.Latin1.GetBytes(key), Encoding.Latin1.GetBytes(accept));
        return new HandshakeAnswer(parser.StatusCode, headers, received[parser.Consumed..].ToArray(), matches, null);
    }

    private static string Text(ReadOnlySpan<byte> bytes, ByteRange range) => Encoding.Latin1.GetString(bytes.Slice(range.Start, range.Length));
}
