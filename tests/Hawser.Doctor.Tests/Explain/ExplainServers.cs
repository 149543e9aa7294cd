namespace Hawser.Doctor.Tests.Explain;

/// <summary>Servers whose ways are not obvious, and URLs that show it. <c>%%PORT_n%%</c> stands in front of each.</summary>
internal static class ExplainServers
{
    /// <summary>What all servers share.</summary>
    public const string Http = """
        map $http_upgrade $connection_upgrade { default upgrade; '' close; }
        map $uri $section { default other; ~^/ws/(?<room>[a-z]+) room-$room; /api api; }
        map $arg_v $versioned { volatile; default "v0"; 1 "v1"; ~^2 "v2-$http_x_test"; }
        map $host $site { hostnames; default none; *.example.org wild; .example.net dot; www.* www; }
        upstream app { server 127.0.0.1:%%BACKEND%%; }
        """;

    /// <summary>The bodies of the servers, each on a port of its own.</summary>
    public static readonly string[] Bodies =
    [
        // the pitfalls of slashes
        "location /ws { proxy_pass http://127.0.0.1:%%BACKEND%%/; }",
        "location /ws/ { proxy_pass http://127.0.0.1:%%BACKEND%%/; }",
        "location /ws/ { proxy_pass http://127.0.0.1:%%BACKEND%%/app; } location / { return 404; }",
        "location /ws { proxy_pass http://127.0.0.1:%%BACKEND%%; } location = /ws { proxy_pass http://app/exact?x=1; }",
        "location /ws/ { proxy_pass http://app/; } location = /ws { return 204; } location /api { return 301 /ws/; }",
        "location = /ws/ { proxy_pass http://app; } location /ws/a/ { proxy_pass http://app/b/; } location / { return 403; }",
        // handshakes and headers
        """
        location /ws { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 5; }
        location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Section $section; }
        """,
        """
        proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $host;
        location /ws { proxy_pass http://app; }
        location /api { proxy_pass http://app; proxy_set_header X-Only $request_uri; }
        location / { proxy_pass http://app/base/; }
        """,
        """
        location / { proxy_pass http://app; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Proto $scheme; proxy_set_header X-Empty ""; proxy_set_header X-Args "$args|$is_args|$query_string"; }
        """,
        "location / { proxy_pass http://app; proxy_set_header X-A $uri; proxy_set_header X-B $document_uri; proxy_set_header X-C $request_method$server_protocol; proxy_set_header X-D $versioned; proxy_set_header X-E $site; }",
        "location / { proxy_pass http://app; proxy_set_header X-Cookie $cookie_id; proxy_set_header X-Arg $arg_x; proxy_set_header X-Port $server_port; proxy_set_header X-Name $server_name; proxy_set_header Connection close; }",
        "location / { proxy_pass http://app; proxy_pass_request_headers off; proxy_method POST; }",
        // regular expressions
        "location /ws/ { proxy_pass http://app/prefix/; } location ~ ^/ws/(\\w+)/(.*)$ { proxy_pass http://app/$2/$1; } location / { return 404; }",
        "location ^~ /ws/ { proxy_pass http://app/prefix/; } location ~ ws { return 418; } location ~* \\.JS$ { return 200 js; } location / { proxy_pass http://app; }",
        "location ~ ^/ws/(?<who>[^/]+) { proxy_pass http://app; proxy_set_header X-Who $who; proxy_set_header X-Rest $1; } location ~ /api { return 200 $uri; } location / { return 302 /api$request_uri; }",
        "location / { location /ws/ { proxy_pass http://app/inner/; location ~ \\.json$ { return 201 json; } } location ~ ^/ws/a { return 202; } proxy_pass http://app/outer/; }",
        "location ~ ^/ws(.*)$ { proxy_pass http://app/x$1$is_args$args; } location / { proxy_pass http://app$request_uri; }",
        "set $to 127.0.0.1:%%BACKEND%%; location /ws { proxy_pass http://$to; } location /api { proxy_pass http://$to/fixed; } location / { proxy_pass http://$to$uri; }",
        // rewrites
        "location /ws/ { rewrite ^/ws/(.*)$ /$1 break; proxy_pass http://app; } location / { rewrite ^/(.*)$ /ws/$1 last; }",
        "rewrite ^/old/(.*) /ws/$1?from=old; location /ws/ { proxy_pass http://app/; } location / { rewrite ^/api/(.*)$ /ws/$1? last; return 404; }",
        "location / { rewrite ^/ws/(.*)$ /moved/$1 redirect; rewrite ^/api http://elsewhere.test/api permanent; rewrite ^/a b?c=d? redirect; proxy_pass http://app; }",
        "location /ws { set $x $uri; set $y \"$x-$args\"; rewrite ^ /deep$uri break; proxy_set_header X-Y $y; proxy_pass http://app/base; } location / { rewrite ^/(.+)$ /ws?path=$1 last; return 400; }",
        "if ($http_upgrade ~* websocket) { rewrite ^/(.*)$ /upgraded/$1 last; } location /upgraded/ { proxy_pass http://app; } location / { return 200 plain; }",
        "location /ws { if ($args ~ token=(\\w+)) { set $token $1; } if ($token = \"\") { return 401; } proxy_set_header X-Token $token; proxy_pass http://app; } location / { if ($request_method = POST) { return 405; } if ($arg_x) { proxy_pass http://app; } return 204; }",
        "location / { if ($uri ~ ^/ws/(.*)) { set $rest $1; proxy_pass http://app; } proxy_set_header X-Rest $rest; proxy_pass http://127.0.0.1:%%BACKEND%%; }",
        "location /ws { rewrite ^ /ws2; } location /ws2 { rewrite ^ /ws; } location / { break; return 200; }",
        // errors and files
        "error_page 404 = /fallback; error_page 403 @denied; location /ws { deny all; } location /api { return 404; } location = /fallback { proxy_pass http://app; } location @denied { proxy_pass http://app; } location / { root /nonexistent; }",
        "error_page 404 405 /err; location /ws { return 404; } location = /err { internal; return 302 /sorry; } location / { try_files $uri $uri/ @app; } location @app { proxy_pass http://app; proxy_set_header X-Named $uri; }",
        "location /ws { try_files /nothing /api$uri?tried=1; } location /api { proxy_pass http://app; } location / { try_files $uri =410; }",
        "error_page 401 =200 /page; error_page 500 502 http://status.test/; location /ws { return 401; } location /api { return 500; } location /page { return 200 page; } location / { internal; return 200; }",
        "location /ws { limit_except GET { deny all; } proxy_pass http://app/limited; } location / { allow 127.0.0.1; deny all; proxy_pass http://app; }",
        "absolute_redirect off; location /ws/ { proxy_pass http://app; } location / { return 301 /ws/$is_args$args; }",
        "server_name_in_redirect on; server_name first.test second.test; location /ws/ { proxy_pass http://app; } location / { return 308 $scheme://$host/ws/; }",
        "port_in_redirect off; merge_slashes off; location /ws/ { proxy_pass http://app/x/; } location //ws { return 200; } location / { proxy_pass http://app; }",
        "return 444; location / { proxy_pass http://app; }",
    ];

    /// <summary>Targets of requests; each is asked of every server.</summary>
    public static readonly string[] Targets =
    [
        "/ws", "/ws/", "/ws/a", "/ws/room/7?token=abc&x=1", "/ws//b", "/ws/../api", "/ws/%2e%2e/x", "/ws/a%20b+c?q=%20", "/ws/%E4%BD%A0%E5%A5%BD", "/wsx", "/api", "/api/v1/x.json?v=2",
        "/old/path?y=2", "/", "/a?b", "/%77s/a.JS", "/ws?",
    ];
}
