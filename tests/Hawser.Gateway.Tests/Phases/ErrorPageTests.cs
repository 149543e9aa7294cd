using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Phases;

/// <summary>error_page and the fields of answers against nginx's.</summary>
public sealed class ErrorPageTests
{
    private static readonly (string, string)[] s_files = [("html/404.html", "page 404\n"), ("html/50x.html", "page 50x\n"), ("html/a.txt", "a\n")];

    [Fact]
    public async Task ErrorPage_EveryForm_IsNginxs()
    {
        const string Server = """
            error_page 404 /404.html;
            location /none { }
            location /forbidden { deny all; }
            location /code { error_page 404 =200 /404.html; }
            location /code410 { error_page 404 =410 /404.html; }
            location /equals { error_page 404 = /echo; }
            location /equalscode { error_page 404 = /echo201; }
            location /named { error_page 404 @named; }
            location /named200 { error_page 404 =200 @named; }
            location /namedequals { error_page 404 = @named; }
            location /missingname { error_page 404 @nowhere; }
            location /url { error_page 404 http://other.org/; }
            location /url301 { error_page 404 =301 http://other.org/$uri; }
            location /url308 { error_page 404 =308 http://other.org/; }
            location /url200 { error_page 404 =200 http://other.org/; }
            location /relative { error_page 404 =302 page; }
            location /args { error_page 404 /echo?a=b; }
            location /vars { error_page 404 /echo?uri=$uri; }
            location /varpath { error_page 404 =200 /$arg_to; }
            location /several { error_page 401 404 /echo; return 401; }
            location /fallthrough { error_page 403 /echo; }
            location /off { error_page 500 /none; }
            location /pagemissing { error_page 404 /nopage.html; }
            location /loop { error_page 404 /loop; }
            location /rec { recursive_error_pages on; error_page 404 /rec2; }
            location /rec2 { recursive_error_pages on; error_page 403 /echo; deny all; }
            location /recloop { recursive_error_pages on; error_page 404 /recloop2; }
            location /recloop2 { recursive_error_pages on; error_page 404 /recloop; }
            location /recnamed { recursive_error_pages on; error_page 404 500 @nowhere; }
            location /return404 { return 404; }
            location /return503 { error_page 503 /50x.html; return 503; }
            location /return301 { error_page 301 /echo; return 301 /there; }
            location /return204 { error_page 404 =204 /404.html; }
            location /internal { internal; return 200 internal; }
            location /toint { error_page 404 =200 /internal; }
            location /body { error_page 405 /404.html; }
            location /iflocation { if ($arg_a) { error_page 404 /echo?if; } }
            location /echo { return 200 "$uri|$args|$request_method|$status\n"; }
            location /echo201 { return 201 "created\n"; }
            location @named { return 202 "named $uri|$status\n"; }
            """;
        string[] paths = [.. Server.Split('\n').Where(l => l.Contains("location /")).Select(l => l.Trim().Split(' ')[1])];
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%; root html;\n{Server} }}", s_files);
        await both.AssertSameForPathsAsync([.. paths, "/varpath?to=404.html", "/varpath?to=echo?x", "/iflocation?a=1", "/x/../none"]);
        await both.AssertSameAsync(paths.Select(p => $"HEAD {p} HTTP/1.1\r\nHost: h\r\n\r\n"));
        await both.AssertSameAsync(paths.Select(p => $"POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"));
        (string nginx, string hawser) = both.ErrorLogs();
        Assert.Equal(Lines(nginx), Lines(hawser));

        static string[] Lines(string log) => [.. log.Split('\n').Where(l => l.StartsWith("[error]", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Headers_AddedAndExpiring_AreNginxs()
    {
        const string Server = """
            add_header X-Server 1;
            location /plain { return 200 x; }
            location /own { add_header X-Own $uri; add_header X-Empty ""; add_header X-Own again; return 200 x; }
            location /always { add_header X-A 1 always; add_header X-B 2; return 404; }
            location /ok404 { return 404; }
            location /cc { add_header Cache-Control no-store; add_header Link "</a>"; expires epoch; return 200 x; }
            location /max { expires max; return 200 x; }
            location /off { expires off; return 200 x; }
            location /map { expires $arg_e; return 200 x; }
            location /file/ { alias %DIR%/html/; add_header Last-Modified ""; add_header ETag "\"own\""; }
            location /file2/ { alias %DIR%/html/; add_header Last-Modified "Thu, 01 Jan 2004 00:00:00 GMT"; add_header ETag ""; }
            location /file3/ { alias %DIR%/html/; expires modified +1d; }
            location /redirect { add_header X-R 1; expires 1h; return 302 /x; }
            location /nested/ { add_header X-N 1; location /nested/in { return 200 x; } location /nested/own { add_header X-I 1; return 200 x; } }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%; root html;\n{Server} }}", s_files);
        await both.AssertSameForPathsAsync(
        [
            "/plain", "/own", "/always", "/ok404", "/cc", "/max", "/off", "/map?e=max", "/map?e=epoch", "/map?e=off", "/map?e=", "/map?e=bad", "/file/a.txt", "/file2/a.txt", "/file3/a.txt", "/nested/in", "/nested/own", "/nested/",
        ]);
        // The file's times differ from what the client has, so the conditions are about the fields that were added.
        await both.AssertSameAsync(
        [
            "GET /file/a.txt HTTP/1.1\r\nHost: h\r\nRange: bytes=0-0\r\nIf-Range: \"own\"\r\n\r\n", "GET /file2/a.txt HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: Thu, 01 Jan 2004 00:00:00 GMT\r\n\r\n",
        ]);
    }

    [Fact]
    public async Task Redirects_MadeAbsolute_AreNginxs()
    {
        const string Servers = """
            server { listen 127.0.0.1:%PORT%; server_name first.org second.org;
                location /r { return 301 /x; }
                location /rel { absolute_redirect off; return 301 /x; }
                location /name { server_name_in_redirect on; return 301 /x; }
                location /noport { port_in_redirect off; return 301 /x; }
                location /both { port_in_redirect off; server_name_in_redirect on; return 301 /x; }
                location /rewrite { rewrite ^ /a%20b?c=d redirect; }
                location /dirs/ { alias %DIR%/html/; absolute_redirect off; }
                location /proxied/ { proxy_pass http://127.0.0.1:1/; absolute_redirect off; }
            }
            """;
        string[] hosts = ["Host: second.org\r\n", "Host: UPPER.org:99\r\n", "Host: [::1]:8080\r\n", ""];
        string[] paths = ["/r", "/rel", "/name", "/noport", "/both", "/rewrite", "/dirs/sub", "/dirs/sub?q", "/proxied"];
        await using SideBySide both = await SideBySide.StartAsync(Servers, [.. s_files, ("html/sub/x", "x")]);
        await both.AssertSameAsync(hosts.SelectMany(h => paths.Select(p => $"GET {p} HTTP/1.0\r\n{h}\r\n")));
    }
}
