using System.Text;

namespace Hawser.Differential.Random;

/// <summary>Requests as clients, scanners and careless scripts send them: mostly right, sometimes not.</summary>
public static class RandomRequest
{
    /// <summary>A request in the escaped form of a case file's section <c>request</c>, one line of it for each line.</summary>
    public static string Create(Dice dice)
    {
        var method = dice.Percent(60) ? "GET" : dice.Pick("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "X-OWN");
        var isOld = dice.Percent(15);
        var text = new StringBuilder();
        Line(text, $"{method} {Target(dice)} HTTP/1.{(isOld ? 0 : 1)}");
        if (!isOld || dice.Percent(60))
            Line(text, $"Host: {dice.Pick("localhost", "localhost", "localhost", "other.example", "www.other.example", "nobody.example", "LOCALHOST", "localhost:%%PORT%%", "localhost.")}");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var count = dice.Below(4); count > 0; count--)
        {
            // Of a repeated field Debian's nginx sees the first line, nginx since 1.23 and Hawser see all; a case of its own shows it.
            var header = Header(dice);
            if (names.Add(header.Split(':')[0]))
                Line(text, header);
        }

        if (dice.Percent(isOld ? 20 : 85))
            Line(text, $"Connection: {dice.Pick("close", "close", "close", "Close", "close, X-Hop", "upgrade, close")}");
        AddBody(dice, text, method, isOld);
        return text.ToString();
    }

    private static void AddBody(Dice dice, StringBuilder text, string method, bool isOld)
    {
        if (method is not ("POST" or "PUT" or "PATCH") && !dice.Percent(3))
        {
            Line(text, "");
            return;
        }

        var body = dice.Pick("", "x", "key=value&other=1", "0123456789abcdef0123456789abcdef");
        if (!isOld && dice.Percent(30))
        {
            Line(text, "Transfer-Encoding: chunked");
            Line(text, "");
            if (body.Length > 0)
                Line(text, $"{body.Length:x}\\r\\n{body}");
            Line(text, "0\\r\\n");
            return;
        }

        Line(text, $"Content-Length: {body.Length}");
        Line(text, "");
        if (body.Length > 0)
            text.Append(body).Append('\n');
    }

    /// <summary>A request target: a path with what proxies stumble over, and a query.</summary>
    public static string Target(Dice dice)
    {
        var path = new StringBuilder();
        for (var count = dice.Below(5); count > 0; count--)
        {
            path.Append(dice.Percent(8) ? "//" : "/");
            path.Append(Segment(dice));
        }

        if (path.Length == 0 || dice.Percent(30))
            path.Append('/');
        if (dice.Percent(4))
            path.Insert(0, dice.Pick("http://localhost", "http://other.example", "HTTP://LOCALHOST:80"));
        var hasFragment = dice.Percent(3);
        if (!hasFragment && dice.Percent(35))
            path.Append('?').Append(dice.Pick("a=1", "a=1&b=2", "b=", "", "a=%20x", "x=/../y", "a=1?b", "a=b+c", "A=1", "a=%zz", "a&b"));
        if (hasFragment)
            path.Append(dice.Pick("#part", "?a=1#part"));
        return path.ToString();
    }

    private static string Segment(Dice dice) => dice.Percent(75)
        ? dice.Pick("a", "b", "app", "app2", "ws", "static", "index.html", "file.txt", "deep", "A", "App", "old", "api", "v1", "x.php", "img.png")
        : dice.Pick(".", "..", "%2e%2e", "%2F", "a%20b", "%41pp", "a+b", "caf%C3%A9", "\\xC3\\xA9", "a;b", "a:b", "~u", "%25", "a%3Fb", "%23", "%7e", "...", ".hidden", "a'b", "\"q\"", "a|b", "{x}");

    private static string Header(Dice dice) => dice.Pick(
        "X-A: one", "X-A: two", "x-a: one", "X-B: on", "X-B:", "X-Under_score: 1", "X-Long: 0123456789012345678901234567890123456789",
        "Cookie: sid=1; theme=dark", "Cookie: sid=2", "Accept: */*", "Accept-Encoding: gzip", "User-Agent: random/1.0", "Referer: http://localhost/from",
        "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2, 192.0.2.3", "X-Forwarded-Proto: https", "Upgrade: websocket", "Upgrade: h2c", "TE: trailers",
        "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Range: bytes=0-3", "Range: bytes=-2", "If-Modified-Since: Thu, 29 Feb 2024 12:34:56 GMT", "If-None-Match: *",
        "Authorization: Basic dTpw", "Content-Type: text/plain", "Expect: nothing", "X-Space:   padded   ", "X-Byte: \\xE9");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\\r\\n\n");
}
