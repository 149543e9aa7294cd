using Hawser.Configuration.Model;
using Hawser.Gateway.Tunnels;

namespace Hawser.Gateway.Upstreams;

/// <summary>How an attempt at a server failed: one list for the log, the retry rules and the status.</summary>
public enum Failure : byte
{
    None,

    /// <summary>Could not connect, or the connection broke before a response.</summary>
    Error,

    /// <summary>Connecting, sending or waiting took too long.</summary>
    Timeout,

    /// <summary>What came back is no valid response.</summary>
    InvalidHeader,

    /// <summary>The client or the process does not want it any more.</summary>
    Aborted,

    /// <summary>It lies with the gateway itself: a certificate that cannot be read, no descriptor for a socket. No other server would help (500).</summary>
    Local,

    Status403,
    Status404,
    Status429,
    Status500,
    Status502,
    Status503,
    Status504,
}

internal static class Failures
{
    public static Failure ForStatus(int status) => status switch
    {
        403 => Failure.Status403,
        404 => Failure.Status404,
        429 => Failure.Status429,
        500 => Failure.Status500,
        502 => Failure.Status502,
        503 => Failure.Status503,
        504 => Failure.Status504,
        _ => Failure.None,
    };

    /// <summary>The status the client gets when this was the last attempt.</summary>
    public static int Status(this Failure failure) => failure switch
    {
        Failure.Timeout or Failure.Status504 => 504,
        Failure.Status500 or Failure.Local => 500,
        Failure.Status503 => 503,
        Failure.Status403 => 403,
        Failure.Status404 => 404,
        Failure.Status429 => 429,
        Failure.Aborted => 499,
        _ => 502,
    };

    /// <summary>What <c>proxy_next_upstream</c> must name for another server to be tried.</summary>
    public static NextUpstream Condition(this Failure failure) => failure switch
    {
        Failure.Error => NextUpstream.Error,
        Failure.Timeout => NextUpstream.Timeout,
        Failure.InvalidHeader => NextUpstream.InvalidHeader,
        Failure.Status403 => NextUpstream.Http403,
        Failure.Status404 => NextUpstream.Http404,
        Failure.Status429 => NextUpstream.Http429,
        Failure.Status500 => NextUpstream.Http500,
        Failure.Status502 => NextUpstream.Http502,
        Failure.Status503 => NextUpstream.Http503,
        Failure.Status504 => NextUpstream.Http504,
        _ => (NextUpstream)(1 << 30),
    };

    /// <summary>A refusal is an answer; everything else is held against the server.</summary>
    public static bool BlamesServer(this Failure failure) =>
        failure is not (Failure.None or Failure.Aborted or Failure.Local or Failure.Status403 or Failure.Status404);

    /// <summary>What has become of a WebSocket handshake that failed so.</summary>
    public static HandshakeOutcome OfHandshake(this Failure failure) => failure switch
    {
        Failure.Error => HandshakeOutcome.UpstreamUnreachable,
        Failure.Timeout => HandshakeOutcome.UpstreamTimedOut,
        Failure.InvalidHeader => HandshakeOutcome.UpstreamInvalid,
        Failure.Local => HandshakeOutcome.GatewayFailed,
        Failure.Aborted => HandshakeOutcome.Abandoned,
        _ => HandshakeOutcome.UpstreamRefused,
    };
}
