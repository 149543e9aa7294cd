using System.Globalization;
using System.Text.RegularExpressions;
using Hawser.Testing;

namespace Hawser.Differential;

/// <summary>
/// Replaces what must differ between two runs (ports, the prefix directory, the date) and between two products (their names).
/// </summary>
internal sealed partial class Normaliser(Expectation expected)
{
    private readonly List<(string From, string To)> _replacements = [];

    /// <summary>Adds a text to replace, longest first in effect since all are distinctive.</summary>
    public void Replace(string from, string to) => _replacements.Add((from, to));

    /// <summary>Adds a port: a number of five digits that stands alone.</summary>
    public void ReplacePort(int port, string name) => Replace(port.ToString(CultureInfo.InvariantCulture), $"{{{name}}}");

    /// <summary>Normalises any text.</summary>
    public string Text(string text)
    {
        foreach (var (from, to) in _replacements)
            text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }

    /// <summary>The lines that stand for one response.</summary>
    public IEnumerable<string> Reply(HttpReply reply)
    {
        var body = ProductInPage().Replace(reply.Body, "<center>{product}</center>");
        if (reply.StatusLine.Length > 0)
            yield return Text(reply.StatusLine);
        foreach (var header in reply.Headers)
        {
            if (Header(header, reply.Body.Length, body.Length) is { } line)
                yield return Text(Bytes.Escape(line));
        }

        yield return "";
        foreach (var line in Lines(body))
            yield return line;
        if (expected.ComparesChunks && reply.Framing == BodyFraming.Chunked)
            yield return $"[chunks: {string.Join(' ', reply.ChunkSizes)}]";
        foreach (var trailer in reply.Trailers)
            yield return $"[trailer: {Bytes.Escape(trailer)}]";
        if (!reply.IsComplete)
            yield return $"[incomplete, framed by {reply.Framing}]";
    }

    /// <summary>The lines that stand for bytes without any structure.</summary>
    public IEnumerable<string> Lines(string bytes)
    {
        if (bytes.Length == 0)
            return [];
        var lines = LocalTime().Replace(Text(Bytes.Escape(bytes)), "[{time}]").Split('\n');
        return (lines[^1].Length == 0 ? lines[..^1] : lines).Select(Shorten);
    }

    /// <summary>
    /// Moves the Host line of each request head to its front: nginx sends it first since 1.29.7, as RFC 9110 §7.2 asks, and Debian's nginx
    /// where the configuration names it, or last of its own lines.
    /// </summary>
    public static IReadOnlyList<string> HostFirst(IEnumerable<string> lines)
    {
        var moved = lines.ToList();
        for (var i = 0; i < moved.Count; i++)
        {
            if (!RequestLine().IsMatch(moved[i]))
                continue;
            var end = moved.FindIndex(i, line => line == @"\r\n");
            var host = moved.FindIndex(i, line => line.StartsWith("Host: ", StringComparison.Ordinal));
            if (host <= i || end < host)
                continue;
            var line = moved[host];
            moved.RemoveAt(host);
            moved.Insert(i + 1, line);
        }

        return moved;
    }

    [GeneratedRegex(@"^\S+ .+ HTTP/1\.[01]\\r\\n$")]
    private static partial Regex RequestLine();

    // A megabyte of body is as good as its length and a digest.
    private static string Shorten(string line) => line.Length <= 2000
        ? line
        : $"{line[..200]}... [{line.Length} characters, SHA-256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Bytes.FromText(line)))}]";

    private string? Header(string line, int bodyLength, int normalisedLength)
    {
        var name = line.Split(':')[0];
        if (expected.IgnoredHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            return null;
        return name.ToUpperInvariant() switch
        {
            "DATE" => IsHttpDate(line) ? "Date: {date}" : line,
            "SERVER" when ProductToken().IsMatch(line) => "Server: {product}",
            "CONTENT-LENGTH" when bodyLength != normalisedLength && line.EndsWith($" {bodyLength}", StringComparison.Ordinal) =>
                $"Content-Length: {normalisedLength}",
            _ => line,
        };
    }

    private static bool IsHttpDate(string line) => DateTime.TryParseExact(
        line["Date:".Length..].Trim(), "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
        && Math.Abs((date.ToUniversalTime() - DateTime.UtcNow).TotalSeconds) < 60;

    [GeneratedRegex(@"\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]")]
    private static partial Regex LocalTime();

    [GeneratedRegex(@"^Server: (nginx|hawser)(/[0-9.]+)?$")]
    private static partial Regex ProductToken();

    [GeneratedRegex("<center>(nginx|hawser)(/[0-9.]+)?</center>")]
    private static partial Regex ProductInPage();
}
