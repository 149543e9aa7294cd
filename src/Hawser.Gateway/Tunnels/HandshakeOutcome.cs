namespace Hawser.Gateway.Tunnels;

/// <summary>How a WebSocket opening handshake ended.</summary>
public enum HandshakeOutcome : byte
{
    /// <summary>101, and a tunnel.</summary>
    Accepted,

    /// <summary>400: it is wrong.</summary>
    Invalid,

    /// <summary>426: another version of the protocol.</summary>
    UnsupportedVersion,

    /// <summary>403: <c>websocket off</c>.</summary>
    TurnedOff,

    /// <summary>403: <c>websocket_origins</c>.</summary>
    OriginRefused,

    /// <summary>The upstream answered something else than 101.</summary>
    UpstreamRefused,

    /// <summary>502: no connection to the upstream, or one that broke before an answer.</summary>
    UpstreamUnreachable,

    /// <summary>504: the upstream took too long.</summary>
    UpstreamTimedOut,

    /// <summary>502: what the upstream answered is no HTTP.</summary>
    UpstreamInvalid,

    /// <summary>502: no server of the upstream could be asked, or its name has no address.</summary>
    NoUpstream,

    /// <summary>500: it lies with the gateway or its configuration.</summary>
    GatewayFailed,

    /// <summary>499: the client went away, or the process ended, before there was an answer.</summary>
    Abandoned,
}

/// <summary>What outcomes are called and answered with, in metrics and in <c>hawser status</c>.</summary>
public static class HandshakeOutcomes
{
    internal const int Count = (int)HandshakeOutcome.Abandoned + 1;

    /// <summary>The name, such as <c>origin_refused</c>.</summary>
    public static string MetricName(this HandshakeOutcome outcome) => outcome switch
    {
        HandshakeOutcome.Accepted => "accepted",
        HandshakeOutcome.Invalid => "invalid",
        HandshakeOutcome.UnsupportedVersion => "unsupported_version",
        HandshakeOutcome.TurnedOff => "turned_off",
        HandshakeOutcome.OriginRefused => "origin_refused",
        HandshakeOutcome.UpstreamRefused => "upstream_refused",
        HandshakeOutcome.UpstreamUnreachable => "upstream_unreachable",
        HandshakeOutcome.UpstreamTimedOut => "upstream_timed_out",
        HandshakeOutcome.UpstreamInvalid => "upstream_invalid",
        HandshakeOutcome.NoUpstream => "no_upstream",
        HandshakeOutcome.GatewayFailed => "gateway_failed",
        HandshakeOutcome.Abandoned => "abandoned",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    /// <summary>The status of such a handshake; null where it is the upstream's to say (<see cref="RefusalStatuses"/>).</summary>
    public static string? Status(this HandshakeOutcome outcome) => outcome switch
    {
        HandshakeOutcome.Accepted => "101",
        HandshakeOutcome.Invalid => "400",
        HandshakeOutcome.UnsupportedVersion => "426",
        HandshakeOutcome.TurnedOff or HandshakeOutcome.OriginRefused => "403",
        HandshakeOutcome.UpstreamRefused => null,
        HandshakeOutcome.UpstreamUnreachable or HandshakeOutcome.UpstreamInvalid or HandshakeOutcome.NoUpstream => "502",
        HandshakeOutcome.UpstreamTimedOut => "504",
        HandshakeOutcome.GatewayFailed => "500",
        HandshakeOutcome.Abandoned => "499",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
