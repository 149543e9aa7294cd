using Hawser.Protocols.Dns;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>How resolving a name ended.</summary>
public enum ResolveStatus : byte
{
    Resolved,

    /// <summary>A name server said no: <see cref="ResolveResult.Code"/>.</summary>
    Refused,

    /// <summary>Nobody said anything usable within <c>resolver_timeout</c>.</summary>
    TimedOut,

    /// <summary>Whoever wanted to know does not any more.</summary>
    Cancelled,
}

/// <inheritdoc cref="ResolveStatus"/>
/// <param name="Name">What is known of the name; null unless it is resolved.</param>
/// <param name="ValidUntil">Until when a refusal may be believed, in seconds of the loop's clock.</param>
public readonly record struct ResolveResult(ResolveStatus Status, ResolvedName? Name, DnsResponseCode Code, long ValidUntil)
{
    public static ResolveResult Of(ResolvedName name) => new(ResolveStatus.Resolved, name, DnsResponseCode.NoError, name.ValidUntil);

    /// <summary>The name does not exist, or has no address.</summary>
    public bool IsMissing => Status == ResolveStatus.Refused && Code == DnsResponseCode.NameError;

    /// <summary>nginx's text: <c>3: Host not found</c>.</summary>
    public string Reason => Status == ResolveStatus.TimedOut ? "110: Operation timed out" : Code switch
    {
        DnsResponseCode.FormatError => "1: Format error",
        DnsResponseCode.ServerFailure => "2: Server failure",
        DnsResponseCode.NameError => "3: Host not found",
        DnsResponseCode.NotImplemented => "4: Unimplemented",
        DnsResponseCode.Refused => "5: Operation refused",
        _ => $"{(int)Code}: Unknown error",
    };
}
