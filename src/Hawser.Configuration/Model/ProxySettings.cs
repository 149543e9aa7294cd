using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Directives;

namespace Hawser.Configuration.Model;

/// <summary>Settings of the proxy module whose defaults depend on other settings.</summary>
public static class ProxySettings
{
    /// <summary><c>proxy_busy_buffers_size</c> in bytes; by default twice the larger of <c>proxy_buffer_size</c> and one of <c>proxy_buffers</c>.</summary>
    public static long GetProxyBusyBuffersSize(this ConfigScope scope) => OrTwiceTheLargerBuffer(scope, Known.ProxyBusyBuffersSize);

    /// <summary><c>proxy_temp_file_write_size</c> in bytes, with the same default.</summary>
    public static long GetProxyTempFileWriteSize(this ConfigScope scope) => OrTwiceTheLargerBuffer(scope, Known.ProxyTempFileWriteSize);

    /// <summary>
    /// The rules for <c>Location</c> and <c>Refresh</c> that hold in a location, with the rule that <c>default</c> means written out. Empty if
    /// nothing is rewritten.
    /// </summary>
    /// <remarks>As in nginx, a nested location without rules takes over those of its parent, be they the parent's default rule.</remarks>
    public static ImmutableArray<ProxyRewriteConfig> GetProxyRedirects(this ConfigScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.Get(Known.ProxyRedirect).IsOff)
            return [];
        if (scope.GetOwn(Known.ProxyRedirect) is { Value: ProxyRewriteSet own })
            return own.Rules;
        ImmutableArray<ProxyRewriteConfig> inherited = scope.Parent is { Kind: not ScopeKind.Main } parent ? parent.GetProxyRedirects() : [];
        if (!inherited.IsEmpty)
            return inherited;
        bool hasOwnUrl = scope.GetOwn(Known.ProxyPass) is { Value: ProxyPassConfig { IsDynamic: false } };
        if (!hasOwnUrl)
            return [];
        ProxyPassConfig pass = scope.Get(Known.ProxyPass)!;
        return [ProxyBinder.DefaultRule(scope, pass, pass.Span)];
    }

    private static long OrTwiceTheLargerBuffer(ConfigScope scope, Directive<long> directive)
    {
        ArgumentNullException.ThrowIfNull(scope);
        long value = scope.Get(directive);
        return value >= 0 ? value : 2 * Math.Max(scope.Get(Known.ProxyBufferSize), scope.Get(Known.ProxyBuffers).Size);
    }
}
