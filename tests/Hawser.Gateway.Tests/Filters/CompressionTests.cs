using System.IO.Compression;
using System.Text;
using Hawser.Gateway.Tests.Support;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Filters;

/// <summary>gzip, gunzip and gzip_static against nginx's: both use the same zlib, so even the packed bytes are equal.</summary>
public sealed class CompressionTests
{
    private static readonly string s_text = string.Concat(Enumerable.Range(0, 4000).Select(i => $"line {i} of a text that packs well\n"));

    private static readonly (string, string)[] s_files =
    [
        ("html/short.html", "<p>hi</p>"), ("html/page.html", string.Concat(Enumerable.Repeat("<p>page</p>\n", 40))), ("html/long.html", s_text),
        ("html/a.txt", string.Concat(Enumerable.Repeat("text ", 100))), ("html/a.js", string.Concat(Enumerable.Repeat("script();", 100))),
        ("html/packed.html", "the file itself"), ("html/packed.html.gz", Pack("the packed file, as packed before")),
        ("html/only.html.gz", Pack("there is no other form of this")), ("html/garbage.html.gz", "this is not gzip at all"),
        ("html/two.html.gz", Pack("first member, ") + Pack("second member")), ("html/cut.html.gz", Pack(s_text)[..2000]),
        ("html/huge.html.gz", Pack(new string('0', 3_000_000))),
    ];

    private static readonly string[] s_accepted =
        ["", "Accept-Encoding: gzip\r\n", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: deflate, gzip;q=0.5\r\n", "Accept-Encoding: *\r\n"];

    [Fact]
    public async Task Gzip_KindsOfAnswers_IsNginxs()
    {
        const string Server = """
            types { text/html html; text/plain txt; application/javascript js; }
            gzip on;
            error_page 403 404 /page.html; # the built-in page has the product's name
            location / { }
            location /types/ { alias %DIR%/html/; gzip_types text/plain TEXT/HTML application/javascript; gzip_comp_level 9; }
            location /all/ { alias %DIR%/html/; gzip_types *; gzip_vary on; gzip_min_length 500; }
            location /off/ { alias %DIR%/html/; gzip off; gzip_vary on; }
            location /old/ { alias %DIR%/html/; gzip_http_version 1.0; }
            location /small/ { alias %DIR%/html/; gzip_window 512; gzip_hash 512; }
            location /agents/ { alias %DIR%/html/; gzip_disable msie6 "bot/[0-9]"; }
            location /errors/ { return 403; }
            location /moved/ { return 302 /a-place-that-is-far-enough-away; }
            location /text/ { default_type text/html; return 200 "a text that is long enough to be packed"; }
            location /encoded/ { default_type text/html; add_header Content-Encoding x; return 200 "a text that is long enough to be packed"; }
            """;
        string[] paths =
        [
            "/short.html", "/page.html", "/long.html", "/a.txt", "/missing", "/types/a.txt", "/types/page.html", "/types/a.js", "/all/a.js", "/all/page.html", "/all/a.txt",
            "/off/page.html", "/old/page.html", "/small/page.html", "/small/long.html", "/errors/", "/moved/", "/text/", "/encoded/",
        ];
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server.Replace("TEXT/HTML ", "", StringComparison.Ordinal)} }}", s_files);
        await both.AssertSameAsync(paths.SelectMany(path => s_accepted.Select(accepted => $"GET {path} HTTP/1.1\r\nHost: h\r\n{accepted}\r\n")));
        await both.AssertSameAsync(paths.Select(path => $"HEAD {path} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"));
        await both.AssertSameAsync(paths.Select(path => $"GET {path} HTTP/1.0\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"));
        await both.AssertSameAsync(paths.Select(path => $"GET {path} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nRange: bytes=0-4\r\n\r\n"));
        string[] agents = ["Mozilla/4.0 (compatible; MSIE 6.0; Windows)", "Mozilla/4.0 (compatible; MSIE 6.0; SV1)", "MSIE 5.5 x", "MSIE 7.0 x", "a BOT/7 b", "robot/x"];
        await both.AssertSameAsync(agents.Select(agent => $"GET /agents/page.html HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nUser-Agent: {agent}\r\n\r\n"));
    }

    [Fact]
    public async Task GzipProxied_FieldsOfAnswerAndRequest_IsNginxs()
    {
        string[] modes = ["off", "any", "expired", "no-cache", "no-store", "private", "no_last_modified", "no_etag", "auth", "no-cache no-store private expired auth"];
        string[] answers =
        [
            "", "add_header Cache-Control no-cache;", "add_header Cache-Control 'x, no-store';", "add_header Cache-Control private;", "add_header Cache-Control public;",
            "expires epoch;", "expires 1h;", "etag off;", "add_header Last-Modified '';",
        ];
        var server = new StringBuilder("gzip on;\n");
        var requests = new List<string>();
        for (int m = 0; m < modes.Length; m++)
        {
            for (int a = 0; a < answers.Length; a++)
            {
                server.Append($"location /{m}/{a}/ {{ alias %DIR%/html/; gzip_proxied {modes[m]}; {answers[a]} }}\n");
                requests.Add($"GET /{m}/{a}/page.html HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nVia: proxy\r\n\r\n");
                if (a == 0) requests.Add($"GET /{m}/{a}/page.html HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nVia: proxy\r\nAuthorization: x\r\n\r\n");
            }
        }
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{server} }}", s_files);
        await both.AssertSameAsync(requests);
    }

    [Fact]
    public async Task GzipStaticAndGunzip_FormsOfFiles_IsNginxs()
    {
        const string Server = """
            max_ranges 0; # since 1.29 nginx serves ranges of packed files; Debian's does not
            error_page 404 /page.html;
            location / { gzip_static on; }
            location /vary/ { alias %DIR%/html/; gzip_static on; gzip_vary on; }
            location /always/ { alias %DIR%/html/; gzip_static always; gzip_vary on; }
            location /unpack/ { alias %DIR%/html/; gzip_static always; gunzip on; }
            location /unpackvary/ { alias %DIR%/html/; gzip_static always; gunzip on; gzip_vary on; }
            location /both/ { alias %DIR%/html/; gzip_static on; gzip on; }
            """;
        string[] files = ["packed.html", "only.html", "page.html", "missing.html", "two.html"];
        string[] folders = ["/", "/vary/", "/always/", "/unpack/", "/unpackvary/", "/both/"];
        string[] paths = [.. folders.SelectMany(folder => files.Select(file => folder + file)), "/unpack/huge.html", "/unpack/"];
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", s_files);
        await both.AssertSameAsync(paths.SelectMany(path => s_accepted.Select(accepted => $"GET {path} HTTP/1.1\r\nHost: h\r\n{accepted}\r\n")));
        await both.AssertSameAsync(paths.Select(path => $"HEAD {path} HTTP/1.1\r\nHost: h\r\n\r\n"));
        await both.AssertSameAsync(paths.Select(path => $"GET {path} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nRange: bytes=2-9\r\n\r\n"));
    }

    [Theory]
    [InlineData("/garbage.html")]
    [InlineData("/cut.html")]
    public async Task Gunzip_DamagedBody_EndsVisibly(string path)
    {
        await using SideBySide both = await SideBySide.StartAsync(
            "server { listen 127.0.0.1:%PORT%; types { text/html html; } gzip_static always; gunzip on; }", s_files);
        await using RawClient client = await RawClient.ConnectAsync(both.HawserPort);
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        string text = await client.ReadToEndAsync(TimeSpan.FromSeconds(30));
        Assert.StartsWith("HTTP/1.1 200 ", text);
        Assert.False(text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal), "the answer must not look whole");
    }

    private static string Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.Latin1.GetBytes(text));
        return Encoding.Latin1.GetString(packed.ToArray());
    }
}
