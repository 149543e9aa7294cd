using System.Collections.Frozen;

namespace Hawser.Configuration.Directives;

/// <summary>
/// Directives that are read and checked, but that nothing acts upon yet. Using one with another value than its default draws a warning: a
/// configuration that runs without a limit it asks for must not look as if it had one.
/// </summary>
internal static class PendingDirectives
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(StringComparer.Ordinal,
        "limit_rate", "limit_rate_after", "proxy_limit_rate", "proxy_pass_trailers", "disable_symlinks", "keepalive_min_timeout", "auth_delay");

    public static bool Contains(string name) => s_names.Contains(name);
}
