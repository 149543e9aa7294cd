using System.Collections.Immutable;

namespace Hawser.Configuration.Model;

/// <summary><c>websocket_message_rate</c></summary>
/// <param name="Rate">Messages a second that a client may send; at least 1.</param>
/// <param name="Burst">Messages that may come at once; at least 1.</param>
/// <param name="Closes">What is beyond closes the tunnel with 1008; otherwise the client is not read from for a while.</param>
public sealed record MessageRateConfig(int Rate, int Burst, bool Closes);

/// <summary><c>websocket_max_lifetime</c></summary>
/// <param name="Time">The longest life of a tunnel; zero for no bound.</param>
/// <param name="Jitter">By how much it is shortened at most, so that tunnels that began together do not end together.</param>
public readonly record struct LifetimeConfig(TimeSpan Time, TimeSpan Jitter);

/// <summary><c>websocket_heartbeat</c></summary>
/// <param name="Text">The payload of the client's text frame, a character per byte.</param>
/// <param name="Reply">That of the answer.</param>
public sealed record HeartbeatConfig(string Text, string Reply);

/// <summary><c>websocket_origins</c></summary>
/// <param name="AllowsSame">The host that was asked is an allowed origin.</param>
/// <param name="Patterns">Allowed origins.</param>
public sealed record OriginsConfig(bool AllowsSame, ImmutableArray<OriginPattern> Patterns);

/// <summary>An allowed origin: <c>https://app.example.com</c>, <c>*.example.com</c>, <c>~^https://app\d+\.example\.com$</c>.</summary>
/// <param name="Text">The text in lower case; of a pattern with a leading <c>*</c>, what follows it.</param>
/// <param name="IsSuffix">It began with <c>*.</c>, or the host in it did: hosts below it match.</param>
/// <param name="HasScheme">It names a scheme, which must be the same.</param>
/// <param name="Regex">The pattern of one that began with <c>~</c>; it is held against the whole origin. Null for the others.</param>
public sealed record OriginPattern(string Text, bool IsSuffix, bool HasScheme, RegexPattern? Regex);
