using Hawser.Gateway.Tunnels;

namespace Hawser.Gateway.Metrics;

/// <summary>What handshake outcomes are called in metrics and in <c>hawser status</c>.</summary>
public static class HandshakeNames
{
    /// <summary>The name, such as <c>origin_refused</c>.</summary>
    public static string Of(HandshakeOutcome outcome) => outcome switch
    {
        HandshakeOutcome.Accepted => "accepted",
        HandshakeOutcome.Invalid => "invalid",
        HandshakeOutcome.UnsupportedVersion => "unsupported_version",
        HandshakeOutcome.TurnedOff => "turned_off",
        HandshakeOutcome.OriginRefused => "origin_refused",
        HandshakeOutcome.UpstreamRefused => "upstream_refused",
        HandshakeOutcome.UpstreamFailed => "upstream_failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    /// <summary>The status that such a handshake is answered with; <c>upstream</c> where that is for the upstream to say.</summary>
    public static string StatusOf(HandshakeOutcome outcome) => outcome switch
    {
        HandshakeOutcome.Accepted => "101",
        HandshakeOutcome.Invalid => "400",
        HandshakeOutcome.UnsupportedVersion => "426",
        HandshakeOutcome.TurnedOff or HandshakeOutcome.OriginRefused => "403",
        HandshakeOutcome.UpstreamRefused => "upstream",
        HandshakeOutcome.UpstreamFailed => "5xx",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
