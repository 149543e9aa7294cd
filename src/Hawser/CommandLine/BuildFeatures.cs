using System.Text;

namespace Hawser.CommandLine;

/// <summary>
/// The modules of nginx and whether Hawser has them: the one list behind <c>configure arguments:</c> in <c>-V</c>.
/// </summary>
/// <remarks>
/// Tools read that text with nginx's conventions: a standard module is there unless <c>--without-NAME</c> says otherwise, an
/// optional one is there if <c>--with-NAME</c> appears. Some look for the bare name anywhere in the text
/// (<c>http_v2</c>), so an optional module that is missing is never named. See docs/decisions/0002-nginx-version-text.md.
/// </remarks>
public static class BuildFeatures
{
    /// <summary>Modules nginx builds unless told not to. <c>true</c>: Hawser has it.</summary>
    private static readonly (string Name, bool Present)[] Standard =
    [
        ("http_access_module", true),
        ("http_auth_basic_module", true),
        ("http_autoindex_module", false),
        ("http_browser_module", false),
        ("http_charset_module", true),
        ("http_empty_gif_module", true),
        ("http_fastcgi_module", false),
        ("http_geo_module", true),
        ("http_grpc_module", false),
        ("http_gzip_module", true),
        ("http_limit_conn_module", true),
        ("http_limit_req_module", true),
        ("http_map_module", true),
        ("http_memcached_module", false),
        ("http_mirror_module", true),
        ("http_proxy_module", true),
        ("http_referer_module", false),
        ("http_rewrite_module", true),
        ("http_scgi_module", false),
        ("http_split_clients_module", true),
        ("http_ssi_module", false),
        ("http_tunnel_module", false),
        ("http_upstream_hash_module", true),
        ("http_upstream_ip_hash_module", true),
        ("http_upstream_keepalive_module", true),
        ("http_upstream_least_conn_module", true),
        ("http_upstream_least_time_module", true),
        ("http_upstream_random_module", true),
        ("http_upstream_sticky_module", false),
        ("http_upstream_zone_module", true),
        ("http_userid_module", false),
        ("http_uwsgi_module", false),
        ("http-cache", false),
    ];

    /// <summary>Modules nginx builds only when asked to. <c>true</c>: Hawser has it.</summary>
    private static readonly (string Name, bool Present)[] Optional =
    [
        ("http_addition_module", false),
        ("http_auth_request_module", true),
        ("http_gunzip_module", true),
        ("http_gzip_static_module", true),
        ("http_realip_module", true),
        ("http_secure_link_module", false),
        ("http_slice_module", false),
        ("http_ssl_module", true),
        ("http_stub_status_module", true),
        ("http_sub_module", false),
        ("http_v2_module", false),
        ("http_v3_module", false),
        ("mail", false),
        ("stream", false),
        ("stream_realip_module", false),
        ("stream_ssl_module", false),
        ("stream_ssl_preread_module", false),
    ];

    /// <summary>The list in the order of nginx's own: what was added first, what was left out after it.</summary>
    public static string ConfigureArguments { get; } = Format();

    private static string Format()
    {
        var text = new StringBuilder();
        foreach (var (name, present) in Optional)
        {
            if (present)
                text.Append(" --with-").Append(name);
        }

        foreach (var (name, present) in Standard)
        {
            if (!present)
                text.Append(" --without-").Append(name);
        }

        return text.ToString();
    }
}
