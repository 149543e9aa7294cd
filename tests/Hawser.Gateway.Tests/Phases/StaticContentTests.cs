using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Phases;

/// <summary>Files, indexes, try_files, conditions and ranges against nginx's.</summary>
public sealed class StaticContentTests
{
    private const string LastModified = "Thu, 29 Feb 2024 12:34:56 GMT";

    private static readonly (string, string)[] s_files =
    [
        ("html/index.html", "<p>index</p>\n"), ("html/a.txt", "0123456789abcdefghij\n"), ("html/a.HTML", "upper"), ("html/noext", "noext"), ("html/empty.txt", ""),
        ("html/dir/index.html", "dir index"), ("html/dir/index.htm", "second"), ("html/bare/x", "x"), ("html/dir with space/index.html", "spaces"), ("html/d%41/x", "percent"),
        ("html/big.bin", new string('x', 70_000)), ("html/caf\u00e9.txt", "latin"), ("html/sub/deep/file.js", "js"), ("other/i/a.txt", "other a"), ("other/a.txt", "other root a"),
        ("html/try/a", "try a"), ("html/try/dir/index.html", "try dir"), ("html/fallback.html", "fallback"),
    ];

    [Fact]
    public async Task Serve_PathsOfEveryKind_IsNginxs()
    {
        const string Server = """
            types { text/html html htm; text/plain txt; application/javascript js; }
            default_type application/x-default;
            index index.html index.htm;
            location /alias/ { alias %DIR%/other/i/; }
            location /aliasfile { alias %DIR%/html/a.txt; }
            location /dirs { alias %DIR%/html/dir; }
            location ~ ^/re/(.*)$ { alias %DIR%/html/$1; }
            location ~ ^/ren/(?<name>.*)$ { alias %DIR%/html/$name; index index.htm; }
            location /var/ { root $other_root; }
            location /other { root %DIR%/other; location /other/nested { } }
            location /noetag/ { alias %DIR%/html/; etag off; }
            location /notype/ { alias %DIR%/html/; types { } default_type ""; }
            location /types/ { alias %DIR%/html/; types { text/only txt; } }
            location /index/ { alias %DIR%/html/dir/; index none.html $arg_name index.htm; }
            location /indexabs/ { alias %DIR%/html/dir/; index none.html /a.txt; }
            location /indexvar/ { alias %DIR%/html/dir/; index $arg_name; }
            location /indexnone/ { alias %DIR%/html/dir/; index none.html; }
            location /internal/ { internal; alias %DIR%/html/; }
            location = /exact { alias %DIR%/html/a.txt; }
            location /nested/ { alias %DIR%/html/; location /nested/dir/ { } location ~ \.txt$ { add_header X-Nested 1; } }
            """;
        string[] paths =
        [
            "/", "/index.html", "/a.txt", "/a.HTML", "/noext", "/empty.txt", "/dir", "/dir/", "/dir?x=1", "/dir/index.htm", "/bare", "/bare/", "/missing", "/missing/", "/a.txt/", "/a.txt/b",
            "/dir%20with%20space", "/dir%20with%20space?a=b%20c", "/dir%20with%20space/", "/d%2541", "/d%2541/x", "/big.bin", "/caf%E9.txt", "/sub/deep/file.js", "/sub/deep", "/.", "/./a.txt",
            "/alias/a.txt", "/alias/", "/alias", "/alias/missing", "/aliasfile", "/aliasfilex", "/dirs", "/dirs/", "/dirs/index.html", "/re/a.txt", "/re/dir", "/re/dir/", "/re/", "/ren/dir/", "/ren/a.txt",
            "/var/a.txt", "/other/a.txt", "/other/nested", "/noetag/a.txt", "/notype/a.txt", "/notype/noext", "/types/a.txt", "/types/index.html", "/index/", "/index/?name=index.html",
            "/indexabs/", "/indexvar/?name=index.htm", "/indexvar/?name=/a.txt", "/indexvar/", "/indexvar/?name=none", "/indexnone/", "/internal/a.txt", "/exact", "/nested/a.txt", "/nested/dir/", "/nested/dir/index.htm", "/nested/dir",
        ];
        await using SideBySide both = await SideBySide.StartAsync($"map $uri $other_root {{ default %DIR%/other; }} server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", s_files);
        await both.AssertSameForPathsAsync(paths);
        await both.AssertSameAsync(paths.Select(p => $"HEAD {p} HTTP/1.1\r\nHost: h\r\n\r\n"));
        await both.AssertSameAsync(
            ((string[])["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO"]).SelectMany(m => ((string[])["/a.txt", "/dir/", "/dir", "/missing"]).Select(p => $"{m} {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")));
        (string nginx, string hawser) = both.ErrorLogs();
        Assert.Equal(Lines(nginx), Lines(hawser));

        static string[] Lines(string log) => [.. log.Split('\n').Where(l => l.StartsWith("[error]", StringComparison.Ordinal) || l.StartsWith("[crit]", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task TryFiles_EveryForm_IsNginxs()
    {
        const string Server = """
            location / { try_files $uri $uri/ /fallback.html; }
            location /try/ { try_files $uri $uri/ =404; }
            location /named/ { try_files $uri @named; }
            location /missingname/ { try_files $uri $uri.none @$arg_name; }
            location /args/ { try_files $uri /echo?from=$uri&$args; }
            location /code/ { try_files /none =503; }
            location /dironly/ { try_files /try/dir/ /try/a =404; }
            location /al/ { alias %DIR%/html/try/; try_files $uri $uri/ =404; }
            location /al2/ { alias %DIR%/html/; try_files $uri /al2/a.txt; }
            location ~ ^/ralias/(.*)$ { alias %DIR%/html; try_files /try/$1 /$1 =404; }
            location /const/ { try_files /a.txt =404; add_header X-Uri $uri; }
            location /var/ { try_files $arg_file =404; }
            location /proxy/ { try_files $uri /echo; }
            location /echo { return 200 "$uri|$args\n"; }
            location @named { return 200 "named $uri|$args\n"; }
            location @other { return 200 "other $uri\n"; }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", s_files);
        await both.AssertSameForPathsAsync(
        [
            "/a.txt", "/dir", "/dir/", "/none", "/none?x", "/try/a", "/try/dir", "/try/dir/", "/try/none", "/named/x?y=1", "/missingname/x?name=named", "/missingname/x?name=other", "/missingname/x?name=none",
            "/args/a%20b?q=1", "/code/x", "/dironly/x", "/al/a", "/al/dir/", "/al/dir", "/al/none", "/al2/x", "/al2/a.txt", "/ralias/a", "/ralias/a.txt", "/ralias/none", "/const/x", "/var/?file=/a.txt",
            "/var/?file=/none", "/proxy/x?y",
        ]);
    }

    [Fact]
    public async Task Conditions_OfEveryKind_AreNginxs()
    {
        string[] conditions =
        [
            $"If-Modified-Since: {LastModified}", "If-Modified-Since: Thu, 29 Feb 2024 12:34:57 GMT", "If-Modified-Since: Thu, 29 Feb 2024 12:34:55 GMT", "If-Modified-Since: nonsense",
            "If-Modified-Since: Thursday, 29-Feb-24 12:34:56 GMT", "If-Modified-Since: Thu Feb 29 12:34:56 2024", "If-None-Match: \"65e079f0-15\"", "If-None-Match: W/\"65e079f0-15\"", "If-None-Match: \"x\"",
            "If-None-Match: \"x\", \"65e079f0-15\"", "If-None-Match: *", "If-None-Match:", "If-Match: *", $"If-Unmodified-Since: {LastModified}",
            $"If-None-Match: \"x\"\r\nIf-Modified-Since: {LastModified}", $"If-None-Match: \"65e079f0-15\"\r\nIf-Modified-Since: {LastModified}", "If-Unmodified-Since: Fri, 01 Mar 2024 00:00:00 GMT",
        ];
        const string Server = """
            location /before/ { alias %DIR%/html/; if_modified_since before; }
            location /off/ { alias %DIR%/html/; if_modified_since off; }
            location /noetag/ { alias %DIR%/html/; etag off; }
            location /added/ { alias %DIR%/html/; add_header Cache-Control max-age=1; expires 1h; add_header X-Always 1 always; }
            location /return { return 200 "text\n"; }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", s_files);
        string[] paths = ["/a.txt", "/before/a.txt", "/off/a.txt", "/noetag/a.txt", "/missing"];
        await both.AssertSameAsync(paths.SelectMany(p => conditions.Select(c => $"GET {p} HTTP/1.1\r\nHost: h\r\n{c}\r\n\r\n")));
        await both.AssertSameAsync(["GET /a.txt HTTP/1.1\r\nHost: h\r\nIf-Match: \"65e079f0-15\"\r\n\r\n"]);
    }

    [Theory]
    [InlineData("If-Match: \"x\"")]
    [InlineData("If-Unmodified-Since: Thu, 29 Feb 2024 12:34:55 GMT")]
    public async Task Conditions_NotMet_Get412AsInNginx(string condition)
    {
        // A connection of its own for each: nginx closes it behind the answer, although it says keep-alive. Hawser keeps it.
        await using SideBySide both = await SideBySide.StartAsync(
            "server { listen 127.0.0.1:%PORT%; location /page { alias %DIR%/html/; error_page 412 /noext; } location /text { return 200 x; } }", s_files);
        await both.AssertSameAsync([$"GET /a.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{condition}\r\n\r\n"]);
        await both.AssertSameAsync([$"GET /text HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{condition}\r\n\r\n"]);
        await both.AssertSameAsync([$"GET /page/a.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{condition}\r\n\r\n"]);
    }

    [Fact]
    public async Task Ranges_OfEveryKind_AreNginxs()
    {
        string[] ranges =
        [
            "bytes=0-0", "bytes=0-4", "bytes=5-", "bytes=-3", "bytes=-0", "bytes=-100", "bytes=0-100", "bytes=20-20", "bytes=21-", "bytes=21-22", "bytes=5-4", "bytes=", "bytes=a-b", "bytes=0-4,6-8",
            "bytes=0-4, 6-8 ,-2", "bytes=0-10,0-10,0-10", "bytes=0-0,1-1,2-2,3-3", "bytes=1-2,50-60", "bytes=50-60,70-", "items=0-4", "BYTES=0-4", "bytes = 0-4", "bytes=0 - 4", "bytes=9223372036854775807-", "bytes=0-99999999999999999999",
        ];
        string[] conditions = ["", "If-Range: \"65e079f0-15\"\r\n", "If-Range: \"x\"\r\n", $"If-Range: {LastModified}\r\n", "If-Range: Thu, 29 Feb 2024 12:34:55 GMT\r\n", "If-Range: W/\"65e079f0-15\"\r\n"];
        const string Server = """
            location /none/ { alias %DIR%/html/; max_ranges 0; }
            location /one/ { alias %DIR%/html/; max_ranges 1; }
            location /page/ { alias %DIR%/html/; error_page 416 /noext; }
            location /added/ { alias %DIR%/html/; add_header X-Status $status; expires max; }
            location /return { return 200 "0123456789\n"; }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", s_files);
        await both.AssertSameAsync(ranges.SelectMany(r => conditions.Select(c => $"GET /a.txt HTTP/1.1\r\nHost: h\r\nRange: {r}\r\n{c}\r\n")));
        string[] paths = ["/none/a.txt", "/one/a.txt", "/page/a.txt", "/added/a.txt", "/return", "/missing", "/empty.txt"];
        await both.AssertSameAsync(paths.SelectMany(p => ranges.Select(r => $"GET {p} HTTP/1.1\r\nHost: h\r\nRange: {r}\r\n\r\n")));
        await both.AssertSameAsync(((string[])["bytes=1-2", "bytes=0-0,2-2", "bytes=60000-", "bytes=0-69999", "bytes=100-40000"]).SelectMany(r =>
            (string[])[$"HEAD /big.bin HTTP/1.1\r\nHost: h\r\nRange: {r}\r\n\r\n", $"GET /big.bin HTTP/1.1\r\nHost: h\r\nRange: {r}\r\n\r\n", $"GET /big.bin HTTP/1.0\r\nRange: {r}\r\nConnection: keep-alive\r\n\r\n"]));
    }

    [Fact]
    public async Task Traversal_OutOfTheRoot_IsRefused()
    {
        // nginx serves the first two: the location lacks the slash that the alias has.
        const string Server = """
            location /files { alias %DIR%/html/dir/; }
            location /rewritten/ { rewrite ^/rewritten/(.*)$ /$arg_to break; root %DIR%/html/dir; }
            location /tried/ { root %DIR%/html/dir; try_files /$arg_to =404; }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}", s_files);
        foreach (string path in (string[])["/files../a.txt", "/rewritten/x?to=../a.txt", "/tried/x?to=../a.txt", "/tried/x?to=dir/../../a.txt"])
        {
            (_, string hawser) = await both.AskAsync($"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 404", hawser);
        }
        Assert.Contains("/html/dir/../a.txt\" leads out of its root and is not served", both.ErrorLogs().Hawser);
        (_, string served) = await both.AskAsync("GET /files/index.htm HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", served);
    }
}
