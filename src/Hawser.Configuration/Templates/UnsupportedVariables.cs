namespace Hawser.Configuration.Templates;

/// <summary>Variables of nginx's modules that Hawser does not have, known by name so that an error can say why.</summary>
public static class UnsupportedVariables
{
    private static readonly (string Module, string Names)[] s_modules =
    [
        ("ngx_http_browser_module", "msie modern_browser ancient_browser"),
        ("ngx_http_fastcgi_module", "fastcgi_script_name fastcgi_path_info"),
        ("ngx_http_geoip_module",
            "geoip_country_code geoip_country_code3 geoip_country_name geoip_org geoip_city_continent_code geoip_city_country_code "
            + "geoip_city_country_code3 geoip_city_country_name geoip_region geoip_region_name geoip_city geoip_postal_code geoip_latitude "
            + "geoip_longitude geoip_dma_code geoip_area_code"),
        ("ngx_http_grpc_module", "grpc_internal_trailers"),
        ("ngx_http_memcached_module", "memcached_key"),
        ("ngx_http_referer_module", "invalid_referer"),
        ("ngx_http_secure_link_module", "secure_link secure_link_expires"),
        ("ngx_http_slice_module", "slice_range"),
        ("ngx_http_ssi_module", "date_local date_gmt"),
        ("ngx_http_userid_module", "uid_got uid_set uid_reset"),
        ("ngx_http_v2_module", "http2"),
        ("ngx_http_v3_module", "http3"),
    ];

    /// <summary>All of them: a module and the names of its variables, separated by spaces.</summary>
    public static IReadOnlyList<(string Module, string Names)> Modules => s_modules;

    /// <summary>The module of a variable; null for a name that nginx does not know either.</summary>
    public static string? FindModule(string name)
    {
        foreach ((string module, string names) in s_modules)
        {
            foreach (Range range in names.AsSpan().Split(' '))
            {
                if (names.AsSpan()[range].SequenceEqual(name))
                    return module;
            }
        }
        return null;
    }
}
