using System.Collections.Immutable;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Explain;

/// <summary>One step of the way of a request.</summary>
/// <param name="Key">The text that tells it, of the texts <c>explain</c>.</param>
/// <param name="Span">The line of the configuration that decided; null where none did.</param>
/// <param name="Values">What the text names.</param>
public sealed record ExplainStep(string Key, SourceSpan? Span, ImmutableArray<TextValue> Values);

/// <summary>How a request ends, as far as the configuration decides.</summary>
public enum ExplainVerdict
{
    /// <summary>No listener of the configuration takes the connection.</summary>
    NothingListens,

    /// <summary>A backend gets a WebSocket handshake: 101, if it agrees.</summary>
    Handshake,

    /// <summary>A backend gets an ordinary request where the client sent a handshake.</summary>
    HandshakeLost,

    /// <summary>A backend gets an ordinary request, as the client sent one.</summary>
    Proxied,

    /// <summary>The proxy answers itself.</summary>
    Answered,

    /// <summary>A file is served.</summary>
    File,

    /// <summary>It cannot be told: a module, a missing include or a placeholder decides.</summary>
    Unknown,
}

/// <summary>What a backend would receive. All texts are byte strings.</summary>
/// <param name="Address">Where the request goes: the URL's host and port, or the upstream's name.</param>
/// <param name="RequestLine">Method, target and version.</param>
/// <param name="Headers">The fields in the order of sending.</param>
public sealed record UpstreamRequest(string Address, string RequestLine, ImmutableArray<(string Name, string Value)> Headers);

/// <summary>The way of a request through a configuration.</summary>
public sealed record Explanation
{
    /// <summary>The steps in order.</summary>
    public required ImmutableArray<ExplainStep> Steps { get; init; }

    /// <summary>How it ends.</summary>
    public required ExplainVerdict Verdict { get; init; }

    /// <summary>The location that has the last word; null where none matched.</summary>
    public LocationConfig? Location { get; init; }

    /// <summary>The server that answers; null when nothing listens.</summary>
    public ServerConfig? Server { get; init; }

    /// <summary>What the backend receives; null when none is asked.</summary>
    public UpstreamRequest? Upstream { get; init; }

    /// <summary>The status that the client gets from the proxy itself; 0 when a backend decides, 444 for a connection closed in silence.</summary>
    public int Status { get; init; }

    /// <summary>The variables, without <c>$</c>, whose values only a real request would have; their names stand where they were used.</summary>
    public IReadOnlyCollection<string> UnknownVariables { get; init; } = [];

    /// <summary>The Location field of a redirect, a byte string; null for others.</summary>
    public string? RedirectTarget { get; init; }
}
