using System.Globalization;

namespace Hawser.Testing;

/// <summary>How the end of a body was marked.</summary>
public enum BodyFraming
{
    /// <summary>No body is possible: HEAD, 1xx, 204, 304.</summary>
    None,

    /// <summary>Content-Length.</summary>
    Length,

    /// <summary>Transfer-Encoding: chunked.</summary>
    Chunked,

    /// <summary>The end of the connection.</summary>
    Close,
}

/// <summary>One HTTP/1 response as a client saw it, header lines untouched and in order.</summary>
public sealed class HttpReply
{
    private HttpReply(IReadOnlyList<string> head, BodyFraming framing)
    {
        StatusLine = head[0];
        Headers = [.. head.Skip(1)];
        Framing = framing;
    }

    /// <summary>The first line.</summary>
    public string StatusLine { get; }

    /// <summary>The status code; 0 when the first line has none.</summary>
    public int Status => StatusLine.Split(' ') is [_, var code, ..] && int.TryParse(code, CultureInfo.InvariantCulture, out var status) ? status : 0;

    /// <summary>The header lines, without line ends.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>The body without chunk framing, as far as it arrived.</summary>
    public string Body { get; private set; } = "";

    /// <summary>The sizes of the chunks, in order.</summary>
    public IReadOnlyList<int> ChunkSizes { get; private set; } = [];

    /// <summary>Trailer lines of a chunked body.</summary>
    public IReadOnlyList<string> Trailers { get; private set; } = [];

    /// <summary>How the end of the body was marked.</summary>
    public BodyFraming Framing { get; }

    /// <summary>False when the connection ended, or nothing more came, before the marked end of the body.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The first value of a header, without surrounding blanks; null when it is absent.</summary>
    public string? this[string name] => Values(name).FirstOrDefault();

    /// <summary>All values of a header.</summary>
    public IEnumerable<string> Values(string name) => Headers
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim(' ', '\t'));

    /// <inheritdoc/>
    public override string ToString() => $"{StatusLine}\n{string.Join('\n', Headers)}\n\n{Body}";

    /// <summary>Reads the response at the start of a text; null while its head is incomplete.</summary>
    /// <param name="text">What was received, one character for each byte.</param>
    /// <param name="isHead">Whether it answers HEAD.</param>
    /// <param name="ended">Whether nothing will follow.</param>
    /// <param name="length">How much of the text belongs to the response so far.</param>
    public static HttpReply? Read(string text, bool isHead, bool ended, out int length)
    {
        length = 0;
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith("HTTP/", StringComparison.Ordinal))
            return ended && text.Length > 0 ? ReadHeadless(text, out length) : null;

        var head = text[..end].Split("\r\n");
        var body = text[(end + 4)..];
        var reply = new HttpReply(head, FramingOf(head, isHead));
        length = end + 4 + reply.ReadBody(body, ended);
        return reply;
    }

    // An HTTP/0.9 answer: all body.
    private static HttpReply ReadHeadless(string text, out int length)
    {
        length = text.Length;
        return new HttpReply([""], BodyFraming.Close) { Body = text, IsComplete = true };
    }

    private static BodyFraming FramingOf(string[] head, bool isHead)
    {
        var reply = new HttpReply(head, BodyFraming.None);
        if (isHead || reply.Status is (>= 100 and < 200) or 204 or 304)
            return BodyFraming.None;
        if (reply["Transfer-Encoding"] is { } encoding && encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return BodyFraming.Chunked;
        return reply["Content-Length"] is not null ? BodyFraming.Length : BodyFraming.Close;
    }

    private int ReadBody(string body, bool ended)
    {
        switch (Framing)
        {
            case BodyFraming.None:
                IsComplete = true;
                return 0;
            case BodyFraming.Length:
                var declared = long.TryParse(this["Content-Length"], CultureInfo.InvariantCulture, out var n) ? n : 0;
                IsComplete = declared >= 0 && body.Length >= declared;
                Body = IsComplete ? body[..(int)declared] : body;
                return Body.Length;
            case BodyFraming.Chunked:
                return ReadChunks(body);
            default:
                IsComplete = ended;
                Body = body;
                return body.Length;
        }
    }

    private int ReadChunks(string body)
    {
        var sizes = new List<int>();
        var at = 0;
        while (TakeLine(body, ref at) is { } line
            && int.TryParse(line.Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size)
            && size >= 0)
        {
            if (size == 0)
            {
                ReadTrailers(body, ref at);
                break;
            }

            sizes.Add(size);
            Body += body.Substring(at, Math.Min(size, body.Length - at));
            if (size + 2L > body.Length - at)
            {
                at = body.Length;
                break;
            }

            at += size + 2;
        }

        ChunkSizes = sizes;
        return at;
    }

    private void ReadTrailers(string body, ref int at)
    {
        var trailers = new List<string>();
        while (TakeLine(body, ref at) is { } line)
        {
            if (line.Length == 0)
            {
                IsComplete = true;
                break;
            }

            trailers.Add(line);
        }

        Trailers = trailers;
    }

    private static string? TakeLine(string text, ref int at)
    {
        var end = text.IndexOf("\r\n", at, StringComparison.Ordinal);
        if (end < 0)
            return null;
        var line = text[at..end];
        at = end + 2;
        return line;
    }
}
