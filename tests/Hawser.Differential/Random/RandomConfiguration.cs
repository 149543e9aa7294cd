using System.Buffers;
using System.Text;

namespace Hawser.Differential.Random;

/// <summary>
/// Configurations out of the directives that decide where a request goes and what it becomes: server names, locations, rewrites, conditions,
/// the forms of <c>proxy_pass</c>, header rules, error pages, files.
/// </summary>
public sealed class RandomConfiguration
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(" ;{}\"'");

    private readonly Dice _dice;
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _names = [];
    private int _indent = 1;

    private RandomConfiguration(Dice dice) => _dice = dice;

    /// <summary>The inside of an <c>http</c> block, for a case file's section <c>http</c>.</summary>
    public static string Create(Dice dice)
    {
        var configuration = new RandomConfiguration(dice);
        configuration.WriteHttp();
        return configuration._text.ToString();
    }

    private void WriteHttp()
    {
        // What Hawser adds to nginx's treatment of handshakes is described elsewhere, and meant.
        Line("#hawser: websocket nginx;");
        Line("map $http_upgrade $connection_upgrade { default upgrade; '' close; }");
        Line("map $uri $mapped { default none; /a first; ~^/app(?<rest>.*)$ \"app:$rest\"; ~*\\.PHP$ script; }");
        Line("map $arg_a $by_argument { default \"\"; 1 one; ~^b many; }");
        Line("upstream group { server 127.0.0.1:%%BACKEND%%; }");
        Some(15, "merge_slashes off;");
        Some(15, "underscores_in_headers on;");
        Some(10, "ignore_invalid_headers off;");
        Some(10, "absolute_redirect off;");
        Some(10, "server_name_in_redirect on;");
        Some(10, "port_in_redirect off;");
        Some(10, "recursive_error_pages on;");
        Some(10, "proxy_intercept_errors on;");
        Some(10, "uninitialized_variable_warn off;");
        Headers();
        Block("server", () => WriteServer("localhost"));
        if (_dice.Percent(50))
            Block("server", () => WriteServer(_dice.Pick("other.example", "*.other.example", ".other.example", "~^(?<host_part>\\w+)\\.other", "\"\"")));
    }

    private void WriteServer(string name)
    {
        _names.Clear();
        Line($"listen 127.0.0.1:%%PORT_0%%{(name == "localhost" ? " default_server" : "")};");
        Line($"server_name {name};");
        if (_dice.Percent(20))
            Line(_dice.Pick("error_page 404 = @named;", "error_page 404 /error.html;", "error_page 404 =200 /a;", "error_page 403 404 500 502 /file.txt;", "error_page 404 https://example.com/lost;"));
        if (_dice.Percent(30))
            WriteRewrite(inLocation: false);
        for (var count = 2 + _dice.Below(6); count > 0; count--)
            WriteLocation("", depth: 0);
        Block("location @named", () => WriteContent(hasUri: false, isRegex: false));
    }

    private void WriteLocation(string outer, int depth)
    {
        var kind = _dice.Below(10);
        var path = outer + _dice.Pick("/", "/a", "/a/", "/app", "/app/", "/app/deep/", "/ws/", "/ws", "/static/", "/old", "/api/v1/", "/App/", "/a b/", "/caf\u00C3\u00A9/");
        var (head, isRegex, isPrefix) = kind switch
        {
            < 5 => (Quote(path), false, true),
            5 => ($"= {Quote(path)}", false, false),
            6 => ($"^~ {Quote(path)}", false, true),
            _ => ($"{_dice.Pick("~", "~*")} {_dice.Pick("\\.php$", "^/app/(.*)$", "^/(a|b)/(.+)$", "/deep/", "\\.(png|txt)$", "^/APP", "^/old/(?<tail>.*)", "%", "\\x20")}", true, false),
        };
        if (outer.Length > 0 && isRegex)
            return;
        if (!_names.Add(head.Replace("^~ ", "", StringComparison.Ordinal)))
            return;
        Block($"location {head}", () =>
        {
            if (_dice.Percent(35))
                WriteRewrite(inLocation: true);
            Headers();
            WriteContent(hasUri: !isRegex, isRegex);
            if (isPrefix && depth < 1 && _dice.Percent(15))
                WriteLocation(path.TrimEnd('/'), depth + 1);
        });
    }

    private void WriteContent(bool hasUri, bool isRegex)
    {
        switch (_dice.Below(10))
        {
            case < 6: WriteProxy(hasUri, isRegex); break;
            case 6: Line($"return {Return()};"); break;
            case 7: Line(_dice.Pick("root %%DIR%%/html;", "root %%DIR%%/html/app;", "root %%DIR%%/none;", "index file.txt index.html;")); break;
            case 8 when !isRegex && hasUri: Line(_dice.Pick("alias %%DIR%%/html/;", "alias %%DIR%%/html/app/;")); break;
            default: Line($"try_files {_dice.Pick("$uri", "$uri $uri/", "$uri /index.html", "/missing")} {_dice.Pick("=404", "/file.txt", "@named", "/a?from=$uri", "=403")};"); break;
        }

        Some(4, "internal;");
        Some(5, "expires epoch;");
        Some(4, "limit_except GET { deny all; }");
        Some(6, "error_page 404 = /a;");
    }

    private void WriteProxy(bool hasUri, bool isRegex)
    {
        var address = _dice.Pick("127.0.0.1:%%BACKEND%%", "127.0.0.1:%%BACKEND%%", "127.0.0.1:%%BACKEND%%", "127.0.0.1:%%BACKEND_R%%", "127.0.0.1:%%BACKEND_E%%", "group");
        var uri = !hasUri && !isRegex ? _dice.Pick("", "$request_uri")
            : isRegex ? _dice.Pick("", "", "$request_uri", "/$1", "/v$is_args$args", "$uri", "/x/$1?q=$arg_a")
            : _dice.Pick("", "", "/", "/", "/base/", "/base", "/base/?fixed=1", "$request_uri", "/v$uri", "/v?$args", "/a b/", "/%41/");
        Line($"proxy_pass {Quote($"http://{address}{uri}")};");
        Some(10, _dice.Pick("proxy_redirect off;", "proxy_redirect default;", "proxy_redirect http://127.0.0.1:%%BACKEND_R%%/ /moved/;", "proxy_redirect ~^http://[^/]+/(.*)$ /r/$1;"), when: !uri.Contains('$', StringComparison.Ordinal));
        Some(8, _dice.Pick("proxy_method POST;", "proxy_method $request_method;"));
        Some(6, "proxy_set_body \"body of $uri\";");
        Some(6, "proxy_pass_request_headers off;");
        Some(6, "proxy_pass_request_body off;");
        Some(10, _dice.Pick("proxy_hide_header X-Backend;", "proxy_pass_header Server;", "proxy_ignore_headers X-Accel-Redirect;", "proxy_cookie_path / /c/;", "proxy_cookie_domain example.com $host;"));
        Some(8, "proxy_buffering off;");
        Some(6, "proxy_request_buffering off;");
        Some(8, "proxy_intercept_errors on;");
        Some(4, "proxy_http_version 1.0;");
    }

    private void WriteRewrite(bool inLocation)
    {
        for (var count = 1 + _dice.Below(3); count > 0; count--)
        {
            switch (_dice.Below(6))
            {
                case 0: Line($"set $own {Quote(Value())};"); break;
                case 1: Block($"if {Condition()}", () => Line(Action(inLocation))); break;
                default: Line(Action(inLocation: inLocation)); break;
            }
        }
    }

    private string Action(bool inLocation)
    {
        if (_dice.Percent(12))
            return $"return {Return()};";
        var pattern = _dice.Pick("^/old(.*)$", "^/app/(.*)$", "^/(a|b)/(.*)", "/deep", "^(.*)\\.php$", "^/nothing", "\\x20", "(?<named>v\\d)");
        var target = _dice.Pick("/new$1", "/a/$1", "/$1/x", "/file.txt", "/b?from=$1", "/b?", "/b?x=$arg_a", "$1", "http://example.com/$1", "/app/$http_x_a", "/caf\\xC3\\xA9");
        target = target.Replace("\\xC3\\xA9", "\u00C3\u00A9", StringComparison.Ordinal);
        var flag = _dice.Pick("", " last", " break", " redirect", " permanent");
        return $"rewrite {Quote(pattern)} {Quote(target)}{(flag.Length == 0 && !inLocation ? " last" : flag)};";
    }

    private string Condition() => _dice.Pick(
        "($request_method = POST)", "($arg_a)", "($http_x_a = one)", "($http_x_a != one)", "($uri ~ ^/app/(.+))", "($uri !~* PHP)", "(-f $request_filename)", "(!-e $request_filename)",
        "($host ~* ^(www)\\.)", "($cookie_sid = 1)", "($mapped = first)", "($by_argument)", "(-d $document_root$uri)", "($own)");

    private string Return() => _dice.Pick(
        "200 \"text $uri\"", "204", "301 /moved", "302 http://example.com$request_uri", "403", "404", "404 \"gone: $mapped\"", "444", "500", "418", "307 $scheme://$host/x", "200", "410", "\"http://example.com/\"", "303 /see?$args");

    private string Value() => _dice.Pick(
        "fixed", "$uri", "$request_uri", "$arg_a", "$http_x_a", "$http_x_b", "$cookie_sid", "$mapped", "$by_argument", "$is_args$args", "$request_method-$server_protocol", "$host", "$server_name", "${scheme}x",
        "$proxy_add_x_forwarded_for", "$connection_upgrade", "$http_upgrade", "$content_length", "$content_type", "$document_uri", "$request_filename", "$remote_addr", "$http_host", "$query_string");

    private void Headers()
    {
        for (var count = _dice.Percent(40) ? 1 + _dice.Below(2) : 0; count > 0; count--)
            Line($"add_header X-Out-{_dice.Below(3)} {Quote(Value())}{(_dice.Percent(30) ? " always" : "")};");
        if (!_dice.Percent(30))
            return;
        Line($"proxy_set_header Connection {Quote(_dice.Pick("", "close", "$connection_upgrade", "keep-alive"))};");
        for (var count = _dice.Below(3); count > 0; count--)
            Line($"proxy_set_header {_dice.Pick("Host", "X-Real", "X-A", "X-Empty", "Upgrade", "Accept-Encoding", "X-Forwarded-For", "Cookie")} {Quote(Value())};");
    }

    private static string Quote(string value) =>
        value.Length == 0 || value.AsSpan().IndexOfAny(s_special) >= 0 ? $"\"{value.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : value;

    private void Some(int percent, string line, bool when = true)
    {
        if (_dice.Percent(percent) && when)
            Line(line);
    }

    private void Block(string head, Action content)
    {
        Line(head + " {");
        _indent++;
        content();
        _indent--;
        Line("}");
    }

    // A mark for one gateway must begin its line but for blanks, and it does.
    private void Line(string text) => _text.Append(' ', 4 * _indent).Append(text).Append('\n');
}
