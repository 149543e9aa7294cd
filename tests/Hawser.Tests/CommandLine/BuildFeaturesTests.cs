using Hawser.CommandLine;
using Hawser.Configuration.Directives;

namespace Hawser.Tests.CommandLine;

/// <summary>What <c>-V</c> claims against what configurations can use.</summary>
public sealed class BuildFeaturesTests
{
    /// <summary>Each module with a directive that nobody can do without who uses it.</summary>
    [Theory]
    [InlineData("http_access_module", "allow")]
    [InlineData("http_auth_basic_module", "auth_basic")]
    [InlineData("http_autoindex_module", "autoindex")]
    [InlineData("http_browser_module", "ancient_browser")]
    [InlineData("http_charset_module", "charset")]
    [InlineData("http_empty_gif_module", "empty_gif")]
    [InlineData("http_fastcgi_module", "fastcgi_pass")]
    [InlineData("http_geo_module", "geo")]
    [InlineData("http_grpc_module", "grpc_pass")]
    [InlineData("http_gzip_module", "gzip")]
    [InlineData("http_limit_conn_module", "limit_conn")]
    [InlineData("http_limit_req_module", "limit_req")]
    [InlineData("http_map_module", "map")]
    [InlineData("http_memcached_module", "memcached_pass")]
    [InlineData("http_mirror_module", "mirror")]
    [InlineData("http_proxy_module", "proxy_pass")]
    [InlineData("http_referer_module", "valid_referers")]
    [InlineData("http_rewrite_module", "rewrite")]
    [InlineData("http_scgi_module", "scgi_pass")]
    [InlineData("http_split_clients_module", "split_clients")]
    [InlineData("http_ssi_module", "ssi")]
    [InlineData("http_upstream_hash_module", "hash")]
    [InlineData("http_upstream_ip_hash_module", "ip_hash")]
    [InlineData("http_upstream_keepalive_module", "keepalive")]
    [InlineData("http_upstream_least_conn_module", "least_conn")]
    [InlineData("http_upstream_least_time_module", "least_time")]
    [InlineData("http_upstream_random_module", "random")]
    [InlineData("http_upstream_sticky_module", "sticky")]
    [InlineData("http_upstream_zone_module", "zone")]
    [InlineData("http_userid_module", "userid")]
    [InlineData("http_uwsgi_module", "uwsgi_pass")]
    [InlineData("http-cache", "proxy_cache")]
    public void StandardModule_IsDenied_ExactlyIfItsDirectiveIsMissing(string module, string directive) =>
        Assert.Equal(!IsThere(directive), $"{BuildFeatures.ConfigureArguments} ".Contains($" --without-{module} ", StringComparison.Ordinal));

    [Theory]
    [InlineData("http_addition_module", "add_after_body")]
    [InlineData("http_auth_request_module", "auth_request")]
    [InlineData("http_gunzip_module", "gunzip")]
    [InlineData("http_gzip_static_module", "gzip_static")]
    [InlineData("http_realip_module", "set_real_ip_from")]
    [InlineData("http_secure_link_module", "secure_link")]
    [InlineData("http_slice_module", "slice")]
    [InlineData("http_ssl_module", "ssl_certificate")]
    [InlineData("http_stub_status_module", "stub_status")]
    [InlineData("http_sub_module", "sub_filter")]
    [InlineData("http_v2_module", "http2")]
    [InlineData("http_v3_module", "http3")]
    [InlineData("mail", "mail")]
    [InlineData("stream", "stream")]
    public void OptionalModule_IsClaimed_ExactlyIfItsDirectiveIsThere(string module, string directive) =>
        Assert.Equal(IsThere(directive), $"{BuildFeatures.ConfigureArguments} ".Contains($" --with-{module} ", StringComparison.Ordinal));

    private static bool IsThere(string directive) => DirectiveTable.Find(directive).Any(found => !found.HasNoEffect);
}
