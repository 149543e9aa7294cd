namespace Hawser.Configuration.Directives;

/// <summary>Directives of nginx that Hawser does not have, by module.</summary>
/// <param name="Module">nginx's module.</param>
/// <param name="Never">Why they will not come; null if they may.</param>
/// <param name="Names">Their names, separated by spaces.</param>
public sealed record UnsupportedModule(string Module, string? Never, string Names);

/// <summary>
/// The names of all directives of nginx 1.31.5 that Hawser does not have. They get "not supported yet", or the reason why they never will be, and not
/// "unknown directive".
/// </summary>
public static class UnsupportedDirectives
{
    private static readonly UnsupportedModule[] s_modules =
    [
        new("ngx_devpoll_module", "it belongs to an event method of another platform",
            "devpoll_changes devpoll_events"),
        new("ngx_epoll_module", "the event loops choose their batches themselves",
            "epoll_events worker_aio_requests"),
        new("ngx_eventport_module", "it belongs to an event method of another platform",
            "eventport_events"),
        new("ngx_iocp_module", "it belongs to an event method of another platform",
            "iocp_threads post_acceptex acceptex_read"),
        new("ngx_kqueue_module", "it belongs to an event method of another platform",
            "kqueue_changes kqueue_events"),
        new("ngx_openssl_module", "OpenSSL 3 has providers in place of engines",
            "ssl_engine"),
        new("ngx_quic_bpf_module", null,
            "quic_bpf"),
        new("ngx_http_addition_module", null,
            "add_before_body add_after_body addition_types"),
        new("ngx_http_autoindex_module", null,
            "autoindex autoindex_format autoindex_localtime autoindex_exact_size"),
        new("ngx_http_browser_module", "telling browsers apart by name is a thing of the past; a map over $http_user_agent does it where it must be",
            "modern_browser ancient_browser modern_browser_value ancient_browser_value"),
        new("ngx_http_dav_module", null,
            "dav_methods create_full_put_path min_delete_depth dav_access"),
        new("ngx_http_degradation_module", "it asks for sbrk(2), which the runtime does not use",
            "degradation degrade"),
        new("ngx_http_fastcgi_module", null,
            "fastcgi_pass fastcgi_index fastcgi_split_path_info fastcgi_store fastcgi_store_access fastcgi_buffering "
            + "fastcgi_request_buffering fastcgi_ignore_client_abort fastcgi_bind fastcgi_socket_keepalive "
            + "fastcgi_socket_rcvbuf fastcgi_socket_sndbuf fastcgi_connect_timeout fastcgi_send_timeout "
            + "fastcgi_send_lowat fastcgi_buffer_size fastcgi_pass_request_headers fastcgi_pass_request_body "
            + "fastcgi_intercept_errors fastcgi_read_timeout fastcgi_buffers fastcgi_busy_buffers_size "
            + "fastcgi_force_ranges fastcgi_limit_rate fastcgi_cache fastcgi_cache_key fastcgi_cache_path "
            + "fastcgi_cache_bypass fastcgi_no_cache fastcgi_cache_valid fastcgi_cache_min_uses "
            + "fastcgi_cache_max_range_offset fastcgi_cache_use_stale fastcgi_cache_methods fastcgi_cache_lock "
            + "fastcgi_cache_lock_timeout fastcgi_cache_lock_age fastcgi_cache_revalidate fastcgi_cache_background_update "
            + "fastcgi_max_temp_file_size fastcgi_temp_file_write_size fastcgi_next_upstream fastcgi_next_upstream_tries "
            + "fastcgi_next_upstream_timeout fastcgi_param fastcgi_pass_header fastcgi_hide_header fastcgi_ignore_headers "
            + "fastcgi_catch_stderr fastcgi_keep_conn"),
        new("ngx_http_flv_module", "pseudo-streaming of Flash video is a thing of the past",
            "flv"),
        new("ngx_http_geoip_module", null,
            "geoip_country geoip_org geoip_city geoip_proxy geoip_proxy_recursive"),
        new("ngx_http_grpc_module", null,
            "grpc_pass grpc_bind grpc_socket_keepalive grpc_socket_rcvbuf grpc_socket_sndbuf grpc_connect_timeout "
            + "grpc_send_timeout grpc_intercept_errors grpc_buffer_size grpc_read_timeout grpc_next_upstream "
            + "grpc_next_upstream_tries grpc_next_upstream_timeout grpc_set_header grpc_pass_header grpc_hide_header "
            + "grpc_ignore_headers grpc_ssl_session_reuse grpc_ssl_protocols grpc_ssl_ciphers grpc_ssl_name "
            + "grpc_ssl_server_name grpc_ssl_verify grpc_ssl_verify_depth grpc_ssl_trusted_certificate grpc_ssl_crl "
            + "grpc_ssl_certificate grpc_ssl_certificate_key grpc_ssl_certificate_cache grpc_ssl_password_file "
            + "grpc_ssl_conf_command"),
        new("ngx_http_image_module", "answers are not transformed",
            "image_filter image_filter_jpeg_quality image_filter_webp_quality image_filter_sharpen "
            + "image_filter_transparency image_filter_interlace image_filter_buffer"),
        new("ngx_http_memcached_module", null,
            "memcached_pass memcached_bind memcached_socket_keepalive memcached_connect_timeout memcached_send_timeout "
            + "memcached_buffer_size memcached_read_timeout memcached_next_upstream memcached_next_upstream_tries "
            + "memcached_next_upstream_timeout memcached_gzip_flag"),
        new("ngx_http_mp4_module", "pseudo-streaming is better done with ranges, which need no directive",
            "mp4 mp4_buffer_size mp4_max_buffer_size mp4_start_key_frame"),
        new("ngx_http_proxy_module", null,
            "proxy_store proxy_store_access proxy_cache proxy_cache_key proxy_cache_path proxy_cache_bypass "
            + "proxy_no_cache proxy_cache_valid proxy_cache_min_uses proxy_cache_max_range_offset proxy_cache_use_stale "
            + "proxy_cache_methods proxy_cache_lock proxy_cache_lock_timeout proxy_cache_lock_age proxy_cache_revalidate "
            + "proxy_cache_convert_head proxy_cache_background_update"),
        new("ngx_http_random_index_module", null,
            "random_index"),
        new("ngx_http_referer_module", null,
            "valid_referers referer_hash_max_size referer_hash_bucket_size"),
        new("ngx_http_scgi_module", null,
            "scgi_pass scgi_store scgi_store_access scgi_buffering scgi_request_buffering scgi_ignore_client_abort "
            + "scgi_bind scgi_socket_keepalive scgi_socket_rcvbuf scgi_socket_sndbuf scgi_connect_timeout "
            + "scgi_send_timeout scgi_buffer_size scgi_pass_request_headers scgi_pass_request_body scgi_intercept_errors "
            + "scgi_read_timeout scgi_buffers scgi_busy_buffers_size scgi_force_ranges scgi_limit_rate scgi_cache "
            + "scgi_cache_key scgi_cache_path scgi_cache_bypass scgi_no_cache scgi_cache_valid scgi_cache_min_uses "
            + "scgi_cache_max_range_offset scgi_cache_use_stale scgi_cache_methods scgi_cache_lock "
            + "scgi_cache_lock_timeout scgi_cache_lock_age scgi_cache_revalidate scgi_cache_background_update "
            + "scgi_max_temp_file_size scgi_temp_file_write_size scgi_next_upstream scgi_next_upstream_tries "
            + "scgi_next_upstream_timeout scgi_param scgi_pass_header scgi_hide_header scgi_ignore_headers"),
        new("ngx_http_secure_link_module", null,
            "secure_link secure_link_md5 secure_link_secret"),
        new("ngx_http_slice_module", null,
            "slice"),
        new("ngx_http_ssi_module", null,
            "ssi ssi_silent_errors ssi_ignore_recycled_buffers ssi_min_file_chunk ssi_value_length ssi_types "
            + "ssi_last_modified"),
        new("ngx_http_sub_module", null,
            "sub_filter sub_filter_types sub_filter_once sub_filter_last_modified"),
        new("ngx_http_tunnel_module", null,
            "tunnel_pass tunnel_bind tunnel_socket_keepalive tunnel_socket_rcvbuf tunnel_socket_sndbuf "
            + "tunnel_connect_timeout tunnel_send_timeout tunnel_send_lowat tunnel_buffer_size tunnel_read_timeout "
            + "tunnel_next_upstream tunnel_next_upstream_tries tunnel_next_upstream_timeout"),
        new("ngx_http_upstream_sticky_module", null,
            "sticky"),
        new("ngx_http_userid_module", null,
            "userid userid_service userid_name userid_domain userid_path userid_expires userid_flags userid_p3p "
            + "userid_mark"),
        new("ngx_http_uwsgi_module", null,
            "uwsgi_pass uwsgi_modifier1 uwsgi_modifier2 uwsgi_store uwsgi_store_access uwsgi_buffering "
            + "uwsgi_request_buffering uwsgi_ignore_client_abort uwsgi_bind uwsgi_socket_keepalive uwsgi_socket_rcvbuf "
            + "uwsgi_socket_sndbuf uwsgi_connect_timeout uwsgi_send_timeout uwsgi_buffer_size uwsgi_pass_request_headers "
            + "uwsgi_pass_request_body uwsgi_intercept_errors uwsgi_read_timeout uwsgi_buffers uwsgi_busy_buffers_size "
            + "uwsgi_force_ranges uwsgi_limit_rate uwsgi_cache uwsgi_cache_key uwsgi_cache_path uwsgi_cache_bypass "
            + "uwsgi_no_cache uwsgi_cache_valid uwsgi_cache_min_uses uwsgi_cache_max_range_offset uwsgi_cache_use_stale "
            + "uwsgi_cache_methods uwsgi_cache_lock uwsgi_cache_lock_timeout uwsgi_cache_lock_age uwsgi_cache_revalidate "
            + "uwsgi_cache_background_update uwsgi_max_temp_file_size uwsgi_temp_file_write_size uwsgi_next_upstream "
            + "uwsgi_next_upstream_tries uwsgi_next_upstream_timeout uwsgi_param uwsgi_string uwsgi_pass_header "
            + "uwsgi_hide_header uwsgi_ignore_headers uwsgi_ssl_session_reuse uwsgi_ssl_protocols uwsgi_ssl_ciphers "
            + "uwsgi_ssl_name uwsgi_ssl_server_name uwsgi_ssl_verify uwsgi_ssl_verify_depth uwsgi_ssl_trusted_certificate "
            + "uwsgi_ssl_crl uwsgi_ssl_certificate uwsgi_ssl_certificate_key uwsgi_ssl_certificate_cache "
            + "uwsgi_ssl_password_file uwsgi_ssl_conf_command"),
        new("ngx_http_xslt_module", "answers are not transformed",
            "xml_entities xml_external_entities xslt_stylesheet xslt_param xslt_string_param xslt_types "
            + "xslt_last_modified"),
        new("ngx_http_perl_module", "no Perl is embedded",
            "perl_modules perl_require perl perl_set"),
        new("ngx_http_core_module", null,
            "client_body_early_read post_action"),
        new("ngx_http_v2_module", null,
            "http2_recv_buffer_size http2_pool_size http2_max_concurrent_streams http2_max_concurrent_pushes "
            + "http2_max_requests http2_max_field_size http2_max_header_size http2_body_preread_size "
            + "http2_streams_index_size http2_recv_timeout http2_idle_timeout http2_chunk_size http2_push_preload "
            + "http2_push"),
        new("ngx_http_v3_module", null,
            "http3 http3_hq http3_max_concurrent_streams http3_stream_buffer_size quic_retry quic_gso quic_host_key "
            + "quic_active_connection_id_limit"),
        new("ngx_mail_core_module", "Hawser is no mail proxy",
            "mail"),
        new("ngx_google_perftools_module", "use the tools of .NET to profile",
            "google_perftools_profiles"),
        new("ngx_stream_core_module", null,
            "stream"),
    ];

    // Directives that only stream and mail have: out of place wherever Hawser meets them, since it does not look into those two blocks.
    private const string ElsewhereOnly =
        "auth_http auth_http_timeout auth_http_header auth_http_pass_client_cert protocol max_errors imap_client_buffer "
        + "imap_capabilities imap_auth pop3_capabilities pop3_auth proxy proxy_buffer proxy_timeout "
        + "proxy_pass_error_message xclient proxy_smtp_auth proxy_protocol smtp_client_buffer smtp_greeting_delay "
        + "smtp_capabilities smtp_auth starttls proxy_protocol_timeout preread_buffer_size preread_timeout pass "
        + "proxy_downstream_buffer proxy_upstream_buffer proxy_upload_rate proxy_download_rate proxy_requests "
        + "proxy_responses proxy_half_close proxy_ssl proxy_ssl_alpn ssl_handshake_timeout ssl_alpn ssl_preread";

    // What older nginx had and 1.31 has no more.
    private static readonly (string Name, string Hint)[] s_removed =
    [
        ("ssl", "nginx dropped it in 1.25.1; \"listen ... ssl\" is its successor"),
        ("spdy_headers_comp", "SPDY is no more"),
        ("spdy_chunk_size", "SPDY is no more"),
        ("limit_zone", "nginx dropped it in 1.7.6; limit_conn_zone is its successor"),
        ("satisfy_any", "nginx dropped it in 0.8.9; \"satisfy any\" is its successor"),
        ("optimize_server_names", "nginx dropped it in 0.8.25; \"server_name_in_redirect\" is its successor"),
        ("open_file_cache_retest", "nginx dropped it in 0.7.3; open_file_cache_valid is its successor"),
    ];

    private static readonly Lazy<Dictionary<string, UnsupportedModule>> s_byName = new(Index);

    /// <summary>All of them, for the reference documentation.</summary>
    public static IReadOnlyList<UnsupportedModule> Modules => s_modules;

    /// <summary>The module of a directive that Hawser does not have; null if nginx's http modules do not have it either.</summary>
    public static UnsupportedModule? Find(string name) => s_byName.Value.GetValueOrDefault(name);

    /// <summary>Whether a directive exists in stream or mail only.</summary>
    public static bool IsElsewhereOnly(string name)
    {
        foreach (Range range in ElsewhereOnly.AsSpan().Split(' '))
        {
            if (ElsewhereOnly.AsSpan()[range].SequenceEqual(name))
                return true;
        }
        return false;
    }

    /// <summary>What became of a directive that nginx had once; null for any other name.</summary>
    public static string? FindRemoved(string name)
    {
        foreach ((string removed, string hint) in s_removed)
        {
            if (removed == name)
                return hint;
        }
        return null;
    }

    private static Dictionary<string, UnsupportedModule> Index()
    {
        var index = new Dictionary<string, UnsupportedModule>();
        foreach (UnsupportedModule module in s_modules)
        {
            foreach (string name in module.Names.Split(' '))
                index.TryAdd(name, module);
        }
        return index;
    }
}
