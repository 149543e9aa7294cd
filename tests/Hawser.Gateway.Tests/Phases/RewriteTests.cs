using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Phases;

/// <summary>The rewrite module against nginx's: many directives, each with many paths.</summary>
public sealed class RewriteTests
{
    private const string Echo = "location /echo { return 200 \"$uri|$args|$request_uri|$is_args\\n\"; }\n";

    private static readonly string[] s_tails =
    [
        "", "a", "a/b", "a%20b", "a+b", "a%2Bb", "a%3Fb", "a%26b%3Dc", "%D1%84", "a%2523", "a;b", "a%25", "a%22%27", "a?q=1", "a%20b?q=1&r=2", "a+b?q+1", "a?", "?q", "a%3Fb?q%20", "a:b@c",
    ];

    private static readonly string[] s_rewrites =
    [
        "rewrite ^/N/(.*)$ /echo/$1 last;",
        "rewrite ^/N/(.*)$ /echo/$1? last;",
        "rewrite ^/N/(.*)$ /echo?x=$1 last;",
        "rewrite ^/N/(.*)$ /echo/$1?x=$1&y=2 last;",
        "rewrite ^/N/(.*)$ /echo?x=$1? last;",
        "rewrite ^/N/(.*)$ /echo/?$1;",
        "rewrite ^/N/(?<rest>.*)$ /echo/$rest?r=$rest last;",
        "rewrite ^/N/(.*)$ /mid/$1; rewrite ^/mid/(.*)$ /echo/2/$1;",
        "rewrite ^/N/(.*)$ /mid/$1; rewrite ^/none$ /echo/2/$1; return 200 \"$uri|$1\\n\";",
        "rewrite ^/N/(.*)$ /echo/$1 break; return 200 \"not here\\n\";",
        "rewrite ^/N/(.*)$ /echo/$1; break; return 200 \"not here\\n\";",
        "rewrite ^/N/(.*)$ /echo/$1 redirect;",
        "rewrite ^/N/(.*)$ /echo/$1 permanent;",
        "rewrite ^/N/(.*)$ /echo/$1? permanent;",
        "rewrite ^/N/(.*)$ /echo?x=$1 redirect;",
        "rewrite ^/N/(.*)$ /echo?x=$1&$args? redirect;",
        "rewrite ^/N/(.*)$ http://other.org/$1;",
        "rewrite ^/N/(.*)$ https://other.org/$1?z permanent;",
        "rewrite ^/N/(.*)$ $scheme://other.org/$1;",
        "rewrite ^/N/(.*)$ $scheme://other.org/$1 redirect;",
        "set $x $1; rewrite ^/N/(.*)$ /echo/$1; set $y $1; return 200 \"$x|$y|$1|$uri\\n\";",
        "if ($uri ~ ^/N/(.*)$) { set $x $1; return 200 \"$x|$1\\n\"; }",
        "if ($uri ~ ^/N/(.*)$) { set $x /echo?$1; } rewrite ^ $x last;",
        "if ($uri ~ ^/N/(a)?(.*)$) { rewrite ^ /echo/$1/$2 last; }",
        "if ($args) { rewrite ^/N/(.*)$ /echo/if/$1 last; } rewrite ^/N/(.*)$ /echo/else/$1 last;",
        "if ($args = q=1) { return 200 \"equal\\n\"; } if ($args != q=1) { return 200 \"different $args\\n\"; }",
        "if ($uri ~ /N/(.+)) { set $x $1; } if ($arg_q = $x) { return 200 same; } return 200 \"$x\\n\";",
        "if ($uri !~ /N/a) { return 200 \"no a $1\\n\"; } return 200 \"a $1\\n\";",
        "if ($uri ~* /N/A) { return 200 \"A\\n\"; } if ($uri !~* /N/A) { return 200 \"no A\\n\"; }",
        "set $args new=$args; rewrite ^/N/(.*)$ /echo/$1 last;",
        "rewrite ^/N/(.*)$ $nothing last;",
        "rewrite ^/N/(.*)$ \"?only=$1\" last;",
        "return 301 /echo/$uri;",
        "return 302 $uri$is_args$args;",
        "return 307 http://other.org$request_uri;",
    ];

    [Fact]
    public async Task Rewrite_EveryDirectiveWithEveryPath_IsNginxs()
    {
        string locations = Echo + "if ($uri = /never) { set $nothing 1; set $x 1; set $y 1; }\n";
        for (int i = 0; i < s_rewrites.Length; i++) locations += $"location /r{i}/ {{ {s_rewrites[i].Replace("/N/", $"/r{i}/")} }}\n";
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%; uninitialized_variable_warn off;\n{locations} }}");
        await both.AssertSameForPathsAsync(s_rewrites.SelectMany((_, i) => s_tails.Select(tail => $"/r{i}/{tail}")));
    }

    [Fact]
    public async Task Return_EveryForm_IsNginxs()
    {
        const string Locations = """
            default_type text/x-default;
            types { text/html html; image/x-png png; }
            location /200 { return 200; }
            location /200t { return 200 "text $status\n"; }
            location /200e { return 200 ""; }
            location /201 { return 201 created; }
            location /204 { return 204; }
            location /204t { return 204 text; }
            location /206 { return 206 "part\n"; }
            location /300 { return 300 "many\n"; }
            location /301 { return 301; }
            location /301t { return 301 /target?a=b; }
            location /301u { return 301 target; }
            location /302 { return 302 "/tar get"; }
            location /303 { return 303 http://other.org/; }
            location /304 { return 304; }
            location /305 { return 305; }
            location /307 { return 307 $scheme://other.org/; }
            location /308 { return 308 //other.org/; }
            location /400 { return 400; }
            location /400t { return 400 "bad\n"; }
            location /404 { return 404; }
            location /404e { return 404 ""; }
            location /404t { return 404 "missing $status\n"; }
            location /418 { return 418; }
            location /429 { return 429; }
            location /494 { return 494; }
            location /495 { return 495; }
            location /496 { return 496; }
            location /497 { return 497; }
            location /498 { return 498; }
            location /500 { return 500; }
            location /500t { return 500 "failed\n"; }
            location /503 { return 503; }
            location /505 { return 505; }
            location /507 { return 507; }
            location /510 { return 510; }
            location /599 { return 599 "own\n"; }
            location /999 { return 999 "odd\n"; }
            location /url { return http://other.org/$uri; }
            location /type { return 200 "$uri\n"; }
            location /444 { return 444; }
            location /408 { return 408; }
            location /499 { return 499; }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Locations} }}");
        string[] paths = [.. Locations.Split('\n').Where(l => l.Contains("location /")).Select(l => l.Trim().Split(' ')[1])];
        await both.AssertSameForPathsAsync([.. paths, "/type.html", "/type/x.PNG", "/type/.html", "/type/a.b.html", "/type.none", "/type.html/x"]);
        await both.AssertSameAsync(paths.Where(p => p is not ("/444" or "/408" or "/499")).Select(p => $"HEAD {p} HTTP/1.1\r\nHost: h\r\n\r\n"));
        await both.AssertSameAsync(["GET /301t HTTP/1.0\r\n\r\n", "GET /404 HTTP/1.0\r\n\r\n", "GET /200t HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"]);
    }

    [Fact]
    public async Task If_Settings_TakeOverAsInNginx()
    {
        const string Server = """
            add_header X-Level server;
            set $from_server "s$arg_a";
            if ($arg_refuse) { return 403 "server if $from_server\n"; }
            if (-f $document_root/there.txt) { set $there 1; }
            if (!-f $document_root/missing.txt) { set $missing 1; }
            if (-d $document_root) { set $dir 1; }
            if (-e $document_root/dir) { set $exists 1; }
            if (!-e $document_root/nothing) { set $nothing 1; }
            if (-x $document_root) { set $executable 1; }
            if (!-x $document_root/there.txt) { set $plain 1; }
            rewrite ^/server/(.*)$ /loc/$1;
            rewrite ^/cycle$ /cycle2;
            location /loc/ {
                add_header X-Level location;
                if ($arg_a = 1) { add_header X-If one; }
                if ($arg_b = 1) { add_header X-If two; }
                if ($arg_c = 1) { set $c inner; }
                if ($arg_d = 1) { break; }
                if ($arg_e = 1) { return 200 "e in $uri\n"; }
                if ($arg_f = 1) { root %DIR%/other; rewrite ^ /there.txt break; }
                return 200 "$uri $c $from_server $there$missing$dir$exists$nothing$executable$plain\n";
            }
            location /cycle2 { rewrite ^ /cycle2?x=1 last; }
            location /files/ { if ($arg_no) { return 404; } root %DIR%/other; }
            location /proxy/ { if ($arg_a) { set $y 1; } try_files $uri =404; }
            """;
        (string, string)[] files = [("html/there.txt", "there\n"), ("html/dir/x", "x"), ("other/there.txt", "other\n"), ("other/files/a.txt", "a\n"), ("html/proxy/a", "a")];
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%; root html; uninitialized_variable_warn off;\n{Server} }}", files);
        string[] flags = ["a=1", "b=1", "c=1", "d=1", "e=1", "f=1", "refuse=1", "refuse=0", "a=1&b=1", "a=1&e=1", "b=1&c=1&d=1", "a=1&f=1"];
        await both.AssertSameForPathsAsync(flags.SelectMany(f => (string[])[$"/loc/x?{f}", $"/server/x?{f}", $"/files/a.txt?{f}", $"/proxy/a?{f}", $"/none?{f}"]));
        await both.AssertSameForPathsAsync(["/cycle", "/cycle2", "/files/a.txt?no=1"]);
        (string nginx, string hawser) = both.ErrorLogs();
        Assert.Contains("rewrite or internal redirection cycle while processing \"/cycle2\"", nginx);
        Assert.Contains("rewrite or internal redirection cycle while processing \"/cycle2\"", hawser);
    }

    [Fact]
    public async Task RewriteLog_On_LogsWhatNginxLogs()
    {
        const string Server = """
            error_log logs/error.log notice;
            location /a/ { rewrite_log on; if ($uri ~ x) { set $x 1; } rewrite ^/a/(.*)$ /b/$1?q=$1; rewrite ^/none$ /no; }
            location /c/ { rewrite_log on; rewrite ^/c/(.*)$ /d/$1?q permanent; }
            location /b/ { return 200 "$uri\n"; }
            """;
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{Server} }}");
        await both.AssertSameForPathsAsync(["/a/1", "/a/x?y", "/c/1?z"]);
        (string nginx, string hawser) = both.ErrorLogs();
        Assert.Equal(About(nginx), About(hawser));

        static IEnumerable<string> About(string log) => log.Split('\n').Where(l => l.Contains("matches") || l.Contains("rewritten") || l.Contains("does not match"));
    }
}
