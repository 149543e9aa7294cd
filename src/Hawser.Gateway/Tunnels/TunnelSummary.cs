namespace Hawser.Gateway.Tunnels;

/// <summary>What variables can ask of a tunnel: as it stands now, or as it ended.</summary>
/// <param name="Reason">Why it ended; <see cref="TunnelEnd.None"/> while it lives.</param>
/// <param name="CloseCode">The code of the first close frame; 1005 for a frame without one, 1006 for none at all, 0 while it lives.</param>
/// <param name="IsTracked">Frames were followed, so that messages are known.</param>
/// <param name="RoundTrip">The client's last answer to a ping of the gateway, milliseconds; -1 for none.</param>
/// <param name="Duration">Milliseconds since the 101.</param>
public readonly record struct TunnelSummary(
    TunnelEnd Reason, ushort CloseCode, bool IsTracked, long MessagesFromClient, long MessagesFromUpstream, long BytesFromClient,
    long BytesFromUpstream, int RoundTrip, long Duration);
