namespace Hawser.Configuration.Templates;

/// <summary>A variable that exists without being declared.</summary>
/// <param name="Name">The name, or the beginning of names, in lower case.</param>
/// <param name="Summary">What it holds.</param>
/// <param name="Module">nginx's module.</param>
public sealed record KnownVariable(string Name, string Summary, string Module)
{
    /// <summary>True if every name that begins so is a variable, such as <c>http_</c>.</summary>
    public bool IsPrefix => Name.EndsWith('_');

    /// <summary>True if <c>set</c> may change it.</summary>
    public bool IsSettable { get; init; }
}

/// <summary>All variables that exist without being declared. The reference documentation is generated from this table.</summary>
public static class KnownVariables
{
    private const string Core = "ngx_http_core_module";
    private const string StubStatus = "ngx_http_stub_status_module";
    private const string RealIp = "ngx_http_realip_module";
    private const string Proxy = "ngx_http_proxy_module";
    private const string Ssl = "ngx_http_ssl_module";
    private const string Upstream = "ngx_http_upstream_module";
    private const string Hawser = "hawser";

    private static readonly KnownVariable[] s_all =
    [
        new("arg_", "An argument of the query string, by its name.", Core),
        new("args", "The query string.", Core) { IsSettable = true },
        new("binary_remote_addr", "The client's address, 4 or 16 bytes.", Core),
        new("body_bytes_sent", "How many bytes were sent to the client without the head.", Core),
        new("bytes_sent", "How many bytes were sent to the client.", Core),
        new("connection", "The number of the connection.", Core),
        new("connection_requests", "The number of the request within its connection.", Core),
        new("connection_time", "How long the connection has lasted, in seconds with milliseconds.", Core),
        new("content_length", "The request's Content-Length.", Core),
        new("content_type", "The request's Content-Type.", Core),
        new("cookie_", "A cookie, by its name.", Core),
        new("document_root", "The value of root or alias for the request.", Core),
        new("document_uri", "The same as uri.", Core),
        new("host", "The host of the request line, else that of Host, else the server's name; in lower case and without the port.", Core),
        new("hostname", "The machine's name.", Core),
        new("http_", "A field of the request, by its name in lower case with underscores for hyphens.", Core),
        new("http_cookie", "The request's Cookie fields, joined with semicolons.", Core),
        new("http_host", "The request's Host.", Core),
        new("http_referer", "The request's Referer.", Core),
        new("http_user_agent", "The request's User-Agent.", Core),
        new("http_via", "The request's Via fields, joined with commas.", Core),
        new("http_x_forwarded_for", "The request's X-Forwarded-For fields, joined with commas.", Core),
        new("https", "on if the connection is encrypted, else empty.", Core),
        new("is_args", "? if there is a query string, else empty.", Core),
        new("is_request_port", ": if the request names a port, else empty.", Core),
        new("limit_rate", "The limit of the rate at which the answer is sent, in bytes a second.", Core) { IsSettable = true },
        new("msec", "The time in seconds since 1970 with milliseconds.", Core),
        new("nginx_version", "The version of nginx that the configuration is compatible with.", Core),
        new("pid", "The number of the process.", Core),
        new("pipe", "p if the request was pipelined, else a dot.", Core),
        new("proxy_protocol_addr", "The client's address from the PROXY protocol.", Core),
        new("proxy_protocol_port", "The client's port from the PROXY protocol.", Core),
        new("proxy_protocol_server_addr", "The server's address from the PROXY protocol.", Core),
        new("proxy_protocol_server_port", "The server's port from the PROXY protocol.", Core),
        new("proxy_protocol_tlv_", "A TLV of the PROXY protocol, by its name or type.", Core),
        new("query_string", "The same as args.", Core),
        new("realpath_root", "document_root with all symbolic links resolved.", Core),
        new("remote_addr", "The client's address.", Core),
        new("remote_port", "The client's port.", Core),
        new("remote_user", "The user's name from the Basic scheme of Authorization.", Core),
        new("request", "The whole request line.", Core),
        new("request_body", "The body, where it is read into one buffer.", Core),
        new("request_body_file", "The name of the temporary file with the body.", Core),
        new("request_completion", "OK if the request is complete, else empty.", Core),
        new("request_filename", "The file that the request maps to.", Core),
        new("request_id", "16 random bytes that name the request, in hexadecimal digits.", Core),
        new("request_length", "How many bytes the request has: line, head and body.", Core),
        new("request_method", "The method of the request, as sent: `GET`.", Core),
        new("request_port", "The port that the request names, else the server's.", Core),
        new("request_time", "How long the request has taken, in seconds with milliseconds.", Core),
        new("request_uri", "The request's target as sent.", Core),
        new("scheme", "http or https.", Core),
        new("sent_http_", "A field of the answer, by its name in lower case with underscores for hyphens.", Core),
        new("sent_http_cache_control", "The answer's Cache-Control fields, joined with commas.", Core),
        new("sent_http_connection", "The answer's Connection.", Core),
        new("sent_http_content_length", "The answer's Content-Length.", Core),
        new("sent_http_content_type", "The answer's Content-Type.", Core),
        new("sent_http_keep_alive", "The answer's Keep-Alive.", Core),
        new("sent_http_last_modified", "The answer's Last-Modified.", Core),
        new("sent_http_link", "The answer's Link fields, joined with commas.", Core),
        new("sent_http_location", "The answer's Location.", Core),
        new("sent_http_transfer_encoding", "The answer's Transfer-Encoding.", Core),
        new("sent_trailer_", "A field at the end of the answer, by its name.", Core),
        new("server_addr", "The address that took the request.", Core),
        new("server_name", "The name of the server that took the request.", Core),
        new("server_port", "The port that took the request.", Core),
        new("server_protocol", "HTTP/1.0 or HTTP/1.1.", Core),
        new("status", "The answer's status.", Core),
        new("tcpinfo_rcv_space", "The kernel's estimate of the client's receive window.", Core),
        new("tcpinfo_rtt", "The kernel's estimate of the round-trip time, in microseconds.", Core),
        new("tcpinfo_rttvar", "The variation of that estimate.", Core),
        new("tcpinfo_snd_cwnd", "The congestion window towards the client.", Core),
        new("time_iso8601", "The local time in ISO 8601.", Core),
        new("time_local", "The local time in the common log format.", Core),
        new("uri", "The request's path, normalized; rewriting changes it.", Core),

        new("limit_conn_status", "What limit_conn decided: PASSED, REJECTED or REJECTED_DRY_RUN.", "ngx_http_limit_conn_module"),

        new("limit_req_status", "What limit_req decided: PASSED, DELAYED, REJECTED, DELAYED_DRY_RUN or REJECTED_DRY_RUN.", "ngx_http_limit_req_module"),
        new("gzip_ratio", "How many times smaller gzip has made the body, with two decimals: `3.14`. Known when the answer is complete; none where gzip did nothing.", "ngx_http_gzip_module"),

        new("proxy_add_x_forwarded_for", "The request's X-Forwarded-For with the client's address appended.", Proxy),
        new("proxy_host", "The host of proxy_pass, with the port if it is not the scheme's own.", Proxy),
        new("proxy_internal_body_length", "The length of the body sent upstream.", Proxy),
        new("proxy_internal_chunked", "chunked if the body sent upstream is.", Proxy),
        new("proxy_port", "The port of proxy_pass.", Proxy),

        new("realip_remote_addr", "The address of the connection's other end, whomever it names as the client.", RealIp),
        new("realip_remote_port", "The port of the connection's other end.", RealIp),

        new("ssl_alpn_protocol", "The protocol agreed upon by ALPN.", Ssl),
        new("ssl_cipher", "The cipher suite.", Ssl),
        new("ssl_ciphers", "The cipher suites that the client offered.", Ssl),
        new("ssl_client_cert", "The client's certificate in PEM, its lines after the first indented by a tab.", Ssl),
        new("ssl_client_escaped_cert", "The client's certificate in PEM, escaped as in a URL.", Ssl),
        new("ssl_client_fingerprint", "The SHA-1 of the client's certificate.", Ssl),
        new("ssl_client_i_dn", "The issuer of the client's certificate, in the form of RFC 2253.", Ssl),
        new("ssl_client_i_dn_legacy", "The issuer of the client's certificate, with slashes.", Ssl),
        new("ssl_client_raw_cert", "The client's certificate in PEM.", Ssl),
        new("ssl_client_s_dn", "The subject of the client's certificate, in the form of RFC 2253.", Ssl),
        new("ssl_client_s_dn_legacy", "The subject of the client's certificate, with slashes.", Ssl),
        new("ssl_client_serial", "The serial number of the client's certificate.", Ssl),
        new("ssl_client_sigalg", "Empty: OpenSSL tells it from 3.5 on.", Ssl),
        new("ssl_client_v_end", "When the client's certificate ends.", Ssl),
        new("ssl_client_v_remain", "How many days the client's certificate has left.", Ssl),
        new("ssl_client_v_start", "When the client's certificate begins.", Ssl),
        new("ssl_client_verify", "SUCCESS, FAILED:reason, or NONE if the client showed no certificate.", Ssl),
        new("ssl_curve", "The curve of the key exchange.", Ssl),
        new("ssl_curves", "The curves that the client offered.", Ssl),
        new("ssl_early_data", "Empty: early data is held back until the handshake is done.", Ssl),
        new("ssl_ech_outer_server_name", "Empty: OpenSSL has Encrypted Client Hello from 4.0 on.", Ssl),
        new("ssl_ech_status", "Empty: OpenSSL has Encrypted Client Hello from 4.0 on.", Ssl),
        new("ssl_protocol", "The protocol's version: TLSv1.2, TLSv1.3.", Ssl),
        new("ssl_server_name", "The name that the client asked for by SNI.", Ssl),
        new("ssl_session_id", "The session's identifier.", Ssl),
        new("ssl_session_reused", "r if the session was resumed, else a dot.", Ssl),
        new("ssl_sigalg", "Empty: OpenSSL tells it from 3.5 on.", Ssl),
        new("ssl_sigalgs", "The signature algorithms that the client offered, as numbers.", Ssl),

        new("connections_active", "How many client connections there are.", StubStatus),
        new("connections_reading", "How many of them are sending the head of a request.", StubStatus),
        new("connections_waiting", "How many of them are idle.", StubStatus),
        new("connections_writing", "How many of them are getting an answer, or are tunnels.", StubStatus),

        new("upstream_addr", "The addresses of the servers that were asked.", Upstream),
        new("upstream_bytes_received", "How many bytes came from each server.", Upstream),
        new("upstream_bytes_sent", "How many bytes went to each server.", Upstream),
        new("upstream_cache_etag", "The ETag of a cached answer.", Upstream),
        new("upstream_cache_last_modified", "The Last-Modified of a cached answer.", Upstream),
        new("upstream_cache_status", "How a cache was used.", Upstream),
        new("upstream_connect_time", "How long connecting to each server took.", Upstream),
        new("upstream_cookie_", "A cookie that the last server set, by its name.", Upstream),
        new("upstream_header_time", "How long each server took to send its head.", Upstream),
        new("upstream_http_", "A field of the last server's answer, by its name.", Upstream),
        new("upstream_response_length", "How long each server's answer is.", Upstream),
        new("upstream_response_time", "How long each server took to answer.", Upstream),
        new("upstream_status", "The status of each server's answer.", Upstream),
        new("upstream_trailer_", "A field at the end of the last server's answer, by its name.", Upstream),

        new("websocket_bytes_received", "How many bytes the client of a tunnel sent.", Hawser),
        new("websocket_bytes_sent", "How many bytes the client of a tunnel was sent by the upstream.", Hawser),
        new("websocket_close_code", "The code of the first close frame; 1005 for one without a code, 1006 if there was none.", Hawser),
        new("websocket_closed_by", "Who ended the tunnel: client, upstream or gateway.", Hawser),
        new("websocket_duration", "How long the tunnel has lasted, in seconds with milliseconds.", Hawser),
        new("websocket_end_reason", "Why the tunnel ended, such as client_closed, upstream_vanished, idle or drained.", Hawser),
        new("websocket_messages_received", "How many messages the client sent.", Hawser),
        new("websocket_messages_sent", "How many messages the client was sent.", Hawser),
        new("websocket_ping_rtt", "How long the client took to answer the gateway's last ping, in seconds with milliseconds.", Hawser),
        new("websocket_protocol", "The subprotocol that the upstream has chosen.", Hawser),
    ];

    private static readonly Dictionary<string, KnownVariable> s_byName = Index();

    /// <summary>All of them, those of one module together in alphabetical order.</summary>
    public static IReadOnlyList<KnownVariable> All => s_all;

    /// <summary>The entry for a name: the exact one, else the one with the longest matching prefix; null if there is none.</summary>
    /// <param name="name">In lower case.</param>
    public static KnownVariable? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (s_byName.TryGetValue(name, out KnownVariable? exact) && !exact.IsPrefix)
            return exact;
        KnownVariable? best = null;
        foreach (KnownVariable variable in s_all)
        {
            bool matches = variable.IsPrefix && name.StartsWith(variable.Name, StringComparison.Ordinal);
            if (matches && variable.Name.Length > (best?.Name.Length ?? 0))
                best = variable;
        }
        return best;
    }

    private static Dictionary<string, KnownVariable> Index()
    {
        var index = new Dictionary<string, KnownVariable>(s_all.Length);
        foreach (KnownVariable variable in s_all)
            index.Add(variable.Name, variable);
        return index;
    }
}
