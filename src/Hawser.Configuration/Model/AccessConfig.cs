using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>auth_request_set $variable value</c></summary>
/// <param name="Variable">The variable's name, without <c>$</c> and in lower case.</param>
/// <param name="Value">Its value, evaluated with the subrequest's answer.</param>
public sealed record VariableAssignment(string Variable, Template Value);

/// <summary><c>mirror</c></summary>
/// <param name="Uris">Where copies go; empty for <c>off</c>.</param>
public sealed record MirrorConfig(ImmutableArray<string> Uris)
{
    /// <summary>No copies.</summary>
    public static readonly MirrorConfig Off = new([]);
}

/// <summary><c>set_real_ip_from</c></summary>
/// <param name="IsUnix">Everybody on a Unix socket.</param>
/// <param name="Networks">The networks, one for each address of a name.</param>
public sealed record TrustedProxy(bool IsUnix, ImmutableArray<IPNetwork> Networks);

/// <summary><c>real_ip_header</c></summary>
/// <param name="Source">Where the address stands.</param>
/// <param name="Name">The field's name for <see cref="RealIpSource.Field"/>; else empty.</param>
public sealed record RealIpHeader(RealIpSource Source, string Name);

/// <summary>Where a trusted proxy names the client.</summary>
public enum RealIpSource
{
    /// <summary><c>X-Real-IP</c></summary>
    XRealIp,

    /// <summary><c>X-Forwarded-For</c>, of which all fields count.</summary>
    XForwardedFor,

    /// <summary>The PROXY protocol.</summary>
    ProxyProtocol,

    /// <summary>Another field; its first one counts.</summary>
    Field,
}
