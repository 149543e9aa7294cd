namespace Hawser.Protocols.Tests.Differential;

/// <summary>A request head to show to nginx and to the parser.</summary>
/// <param name="Bytes">The bytes, one character each.</param>
/// <param name="ChangedIn">The nginx version since which it is answered as now; null if it always was.</param>
internal sealed record RequestCase(string Bytes, Version? ChangedIn = null);

/// <summary>Some 660 request heads, most of them wrong in one way.</summary>
internal static class RequestCases
{
    /// <summary>CONNECT takes the authority form only (RFC 9110 §9.3.6), and is refused with 405 if that is right.</summary>
    private static readonly Version ConnectForm = new(1, 29, 3);

    /// <summary>The port in a request's host is checked: digits, and at most 65535.</summary>
    private static readonly Version TargetPort = new(1, 29, 3);

    /// <summary>The Host field is checked as strictly as the target: port, brackets, what may follow them.</summary>
    private static readonly Version StrictHost = new(1, 29, 4);

    /// <summary>Proxy-Authorization may come once.</summary>
    private static readonly Version ProxyAuthorization = new(1, 29, 7);

    /// <summary>max_headers, with its default of 1000. (Debian has it in its 1.22 as well.)</summary>
    private static readonly Version MaxHeaders = new(1, 29, 8);

    public static IEnumerable<RequestCase> All()
        =>
        [
            .. Methods(), .. Targets(), .. Absolute(), .. Versions(), .. LineEnds(), .. Names(), .. Values(), .. Hosts(), .. Framing(),
            .. Sizes(), .. Unfinished(),
        ];

    private static IEnumerable<RequestCase> Methods()
    {
        string[] methods =
        [
            "GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK",
            "PATCH", "TRACE", "PURGE", "M-SEARCH", "_", "-", "GET_IT", "get", "Get", "gET", "G1T", "G.T", "G\tT", "", " GET", "\tGET",
            "GET\0", "\u00e9", "\u0016\u0003\u0001", "{", "[", "@",
        ];
        foreach (var method in methods)
            yield return new($"{method} / HTTP/1.1\r\nHost: h\r\n\r\n");

        yield return new("TRACE / HTTP/1.0\r\n\r\n");
        yield return new("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", ConnectForm);
        yield return new("CONNECT [::1]:80 HTTP/1.1\r\nHost: h\r\n\r\n", ConnectForm);
        yield return new("CONNECT h:80 HTTP/1.0\r\nHost: h\r\n\r\n", ConnectForm);
        yield return new("CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n", ConnectForm);
        yield return new("CONNECT h HTTP/1.1\r\nHost: h\r\n\r\n");
        yield return new("CONNECT h: HTTP/1.1\r\nHost: h\r\n\r\n");
        yield return new("CONNECT h:80/ HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    private static IEnumerable<RequestCase> Targets()
    {
        string[] targets =
        [
            "/", "//", "/a", "/a/", "/a/b.c", "/.", "/..", "/./", "/../", "/a/..", "/a/../", "/a/../..", "/a/../../b", "/a/./b", "/...",
            "/a/...", "/..a", "/.a", "//..", "//../..", "/a//../..", "/?", "/?a", "/a?b#c", "/a#b", "/#", "/..#a", "/..?a", "/a/..?b",
            "/%", "/%1", "/%1?", "/%zz", "/%0g", "/%00", "/%01", "/%02", "/%20", "/%23", "/%25", "/%2f", "/%2e%2e", "/a/%2e%2e",
            "/%2e%2e/a", "/a%2f%2e%2e%2f..", "/%3f", "/a%3Fb?c", "/%ff", "/%C3%A9", "/%2", "/?%", "/?%00", "/a?b%zz", "/#%", "/#%00",
            "/+", "/+.", "/a+b", "/a+./b", "/\u00e9", "/\u00ff\u0080", "/<>\"{}|\\^`", "/\u0001", "/\u0002", "/a\u001f", "/\u007f",
            "/a\u007f", "/?\u007f", "/?\u0001", "/#\u0001", "/\0", "/a\0b", "/?\0", "/a\tb", "/\t", "/ ", "/ /", "/ a", "/  ", " /",
            "    /", "\t/", "a", "a/b", "*", "?", "?a", "#", ".", "..", "%2f", ":", "[", "h:80", "localhost:80", "\u00e9", "\\", "/\\..\\a",
        ];
        foreach (var target in targets)
            yield return new($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    private static IEnumerable<RequestCase> Absolute()
    {
        string[] targets =
        [
            "http://h", "http://h/", "http://h?", "http://h?a#b", "http://h#a", "http://h:80", "http://h:80/", "http://h:80?a", "http://h:",
            "http://h:/", "http://h/%", "http://h/..", "http://h?%", "HTTP://H/", "https://h/", "ws://h/", "a+b-c.1://h/", "1http://h/",
            "+http://h/", "http:/h", "http:h", "http", "http//h/", "http:///", "http://?a", "http:// /", "http://h h/", "http://u@h/",
            "http://h_x/", "http://h~x/", "http://%41/", "http://.h/", "http://h./", "http://h../", "http://h.:80/", "http://./",
            "http://[::1]", "http://[::1]/", "http://[::1]:80/", "http://[::1", "http://[::1]x/", "http://[]/", "http://[v1.a!$]/",
            "http://[a/b]/", "http://[a..b]/", "http://[::1]./", "http://\u00e9/", "http://h:8x/", "http://h:80:80/",
        ];
        foreach (var target in targets)
            yield return new($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");

        yield return new("GET http://h:65535/ HTTP/1.1\r\nHost: h\r\n\r\n");
        yield return new("GET http://h:65536/ HTTP/1.1\r\nHost: h\r\n\r\n", TargetPort);
        yield return new("GET http://h:123456/ HTTP/1.1\r\nHost: h\r\n\r\n", TargetPort);
        yield return new("GET http://h/ HTTP/1.1\r\n\r\n");
        yield return new("GET http://h/ HTTP/1.0\r\n\r\n");
    }

    private static IEnumerable<RequestCase> Versions()
    {
        string[] versions =
        [
            "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/1.9", "HTTP/1.10", "HTTP/1.999", "HTTP/1.1000", "HTTP/1.01", "HTTP/1.", "HTTP/1",
            "HTTP/", "HTTP", "H", "HTTP/0.9", "HTTP/0.0", "HTTP/01.1", "HTTP/2.0", "HTTP/2", "HTTP/3.0", "HTTP/9.9", "HTTP/10.1", "HTTP/11.1",
            "HTTP/1.1 ", "HTTP/1.1   ", " HTTP/1.1", "HTTP/1.1 x", "HTTP/1.1x", "HTTP/1.x", "HTTP/x.1", "HTTP/.1", "HTTP/1,1", "http/1.1",
            "Http/1.1", "HTTPS/1.1", "HTTP /1.1", "HTTP/ 1.1", "HTTP/1 .1", "HTTP/1.1\t", "\tHTTP/1.1", "ICY/1.1", "x",
        ];
        foreach (var version in versions)
            yield return new($"GET / {version}\r\nHost: h\r\n\r\n");
    }

    private static IEnumerable<RequestCase> LineEnds()
    {
        string[] heads =
        [
            "GET / HTTP/1.1\nHost: h\n\n", "GET / HTTP/1.1\r\nHost: h\n\r\n", "GET / HTTP/1.1\nHost: h\r\n\n", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\n\r\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\rHost: h\r\n\r\n",
            "GET / HTTP/1.1\r\rHost: h\r\n\r\n", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\rx", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n",
            "GET /\r\n", "GET /\n", "GET / \r\n", "GET /\r\r\n", "GET /\rx", "POST /\r\n", "HEAD /\n", "GET /x?y\r\n", "GET http://h/\r\n",
            "GET http://h\r\n", "GET http://h \r\n", "GET /%\r\n", "GET /..\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\n\n",
        ];
        return heads.Select(head => new RequestCase(head));
    }

    private static IEnumerable<RequestCase> Names()
    {
        string[] lines =
        [
            "A: b", "a-b: c", "1: 2", "-: x", "_: x", "x_y: z", "x.y: z", ".x: y", "</k>: v", "\u00e9: x", "A\u00e9: x", "A!: x", "A\"b: c",
            "A(b): c", "A/b: c", "HTTP/1.1 200 OK", "HTTP/1.1: x", ": x", ":", " A: b", "\tA: b", "A : b", "A\t: b", "A b: c", "A", "A B",
            "\u0001: x", "A\u0001: x", "A\u001f: x", "A\u007f: x", "\u007f: x", "A\0: x", "\0", "Host", "X: 1\r\n 2", "X: 1\r\n\t2", "X:\r\n 1",
        ];
        foreach (var line in lines)
            yield return new($"GET / HTTP/1.0\r\n{line}\r\n\r\n");
    }

    private static IEnumerable<RequestCase> Values()
    {
        string[] values =
        [
            "", " ", "  ", " a", "a ", " a  b ", "\t", "\ta\t", "a\tb", "\u0001", "a\u001f", "\u007f", "\u00ff", "\0", "a\0", " \0", "a \0",
            "a\0b", "a:b", "::", "a\rb", " \rb", "a \rb", "a\r", "a \r \r",
        ];
        foreach (var value in values)
            yield return new($"GET / HTTP/1.0\r\nX:{value}\r\n\r\n");
    }

    private static IEnumerable<RequestCase> Hosts()
    {
        string[] hosts =
        [
            "h", "H", "h.", "h..", ".", "..", ".h", "a..b", "", " ", "h:", "h:80", "h.:80", ":80", "h:65535", "[::1]", "[::1]:80", "[::1]:", "[v1.a:!$]",
            "a/b", "/", "a_b", "a~b", "a%41", "!$&'()*+,;=", "h\u0002", "h\0", "[a..b]", "[::1]..:98", "123.40.56.78:", "[a/b]", "a b", "a\tb", "[a b]", "[]",
        ];
        foreach (var host in hosts)
        {
            yield return new($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            yield return new($"GET http://t/ HTTP/1.1\r\nHost: {host}\r\n\r\n");
        }

        // nginx 1.22 took whatever is above space here, and any port.
        string[] strict =
        [
            "a\\b", "\\", "a@b", "a\"b", "a<b", "a?b", "a#b", "a^b", "a`b", "a{b", "\u00e9", "h:x", "h:8x", "h:65536", "h:99999999999", "h:80:80", "h:1.2",
            "[::1", "[::1].", "[::1]x", "x[::1]", "[", "]", "a]", "[%41]",
        ];
        foreach (var host in strict)
            yield return new($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n", StrictHost);

        yield return new("GET / HTTP/1.1\r\n\r\n");
        yield return new("GET / HTTP/1.0\r\n\r\n");
        yield return new("GET / HTTP/1.2\r\n\r\n");
        yield return new("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
        yield return new("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n");
        yield return new("GET / HTTP/1.1\r\nHost\r\n\r\n");
        yield return new("GET / HTTP/1.1\r\nHost_: x\r\n\r\n");
    }

    private static IEnumerable<RequestCase> Framing()
    {
        string[] lines =
        [
            "Content-Length: 0", "Content-Length: 5", "Content-Length: 005", "Content-Length:", "Content-Length: -1", "Content-Length: +1",
            "Content-Length: 1 1", "Content-Length: 1,1", "Content-Length: 0x1", "Content-Length: 1a", "Content-Length: \t1",
            "Content-Length: 9223372036854775808", "Content-Length: 0\r\nContent-Length: 0", "Content_Length: 0\r\nContent_Length: 1",
            "Transfer-Encoding: chunked", "Transfer-Encoding: Chunked", "Transfer-Encoding: \tchunked", "Transfer-Encoding: identity",
            "Transfer-Encoding:", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: chunked\r\nContent-Length: 0", "Content-Length: 0\r\nTransfer-Encoding: chunked",
            "Content-Length: x\r\nTransfer-Encoding: chunked", "Content-Length: x\r\nTransfer-Encoding: identity",
            "Cookie: a\r\nCookie: b", "Accept: a\r\nAccept: b", "Upgrade: a\r\nUpgrade: b", "Connection: close\r\nConnection: keep-alive",
            "User-Agent: a\r\nUser-Agent: b", "X-Forwarded-For: a\r\nX-Forwarded-For: b", "Expect: x", "Proxy-Connection: a\r\nProxy-Connection: b",
            "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "If-Modified-Since: a\r\nIf-Modified-Since: a", "If-Unmodified-Since: a\r\nIf-Unmodified-Since: a", "If-Match: a\r\nIf-Match: a",
            "If-None-Match: a\r\nIf-None-Match: a", "If-Range: a\r\nIf-Range: a", "Expect: a\r\nExpect: a", "Authorization: a\r\nAuthorization: a",
        ];
        foreach (var line in lines)
        {
            yield return new($"POST / HTTP/1.1\r\nHost: h\r\n{line}\r\n\r\n0\r\n\r\n");
            yield return new($"GET / HTTP/1.0\r\n{line}\r\n\r\n0\r\n\r\n");
        }

        string[] repeated = ["Content-Range", "Range", "Referer", "Content-Type", "Keep-Alive"];
        foreach (var name in repeated)
            yield return new($"GET / HTTP/1.1\r\nHost: h\r\n{name}: a\r\n{name}: a\r\n\r\n");

        yield return new("GET / HTTP/1.1\r\nHost: h\r\nProxy-Authorization: a\r\nProxy-Authorization: a\r\n\r\n", ProxyAuthorization);
    }

    /// <summary>Around client_header_buffer_size 1k and large_client_header_buffers 4 8k.</summary>
    private static IEnumerable<RequestCase> Sizes()
    {
        foreach (var length in (int[])[1023, 1024, 1025, 2000, 8191, 8192, 8193, 8200, 20000])
        {
            yield return new("GET /".PadRight(length - 11, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n");
            yield return new("GET / HTTP/1.0\r\n" + "A: ".PadRight(length - 2, 'b') + "\r\n\r\n");
            yield return new("GET / HTTP/1.0\r\nB: c\r\n" + "A: ".PadRight(length - 1, 'b') + "\n\r\n");
        }

        foreach (var lines in (int[])[3, 4, 5])
            yield return new("GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Repeat("A: ".PadRight(4998, 'b') + "\r\n", lines)) + "\r\n");

        // 16 bytes for each line fill the buffers to the last byte.
        foreach (var lines in (int[])[2000, 2109, 2110, 2111, 2112])
            yield return new("GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Repeat("x.y: defghijkl\r\n", lines)) + "\r\n");

        var random = new Random(1024);
        for (var i = 0; i < 80; i++)
        {
            var head = "GET /".PadRight(random.Next(5, 9000), 'a') + " HTTP/1.0\r\n";
            while (random.Next(9) != 0)
                head += "A: ".PadRight(random.Next(4) == 0 ? random.Next(3, 8500) : random.Next(3, 1500), 'b') + "\n";

            yield return new(head + "\n");
        }

        yield return new(new string('\n', 5000) + "GET / HTTP/1.0\r\n\r\n");
        yield return new("GET /".PadRight(8000, 'a') + " HTTP/1.0\r\n" + "A: ".PadRight(8000, 'b') + "\r\n\r\n");

        foreach (var lines in (int[])[1000, 1001])
        {
            yield return new(
                "GET / HTTP/1.0\r\n" + string.Concat(Enumerable.Repeat("A: bcdefghijkl\r\n", lines)) + "\r\n", MaxHeaders);
        }
    }

    private static IEnumerable<RequestCase> Unfinished()
    {
        string[] heads =
        [
            "", "\r\n", "G", "GET", "GET ", "GET /", "GET / ", "GET / HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost",
            "GET / HTTP/1.1\r\nHost: h", "GET / HTTP/1.1\r\nHost: h\r", "GET / HTTP/1.1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r",
            "GET http://h", "GET http://h:80", "GET / HTTP/1.1\r\nHost: a\r\nA: b",
        ];
        return [.. heads.Select(head => new RequestCase(head)), new RequestCase("CONNECT h:80", ConnectForm)];
    }
}
