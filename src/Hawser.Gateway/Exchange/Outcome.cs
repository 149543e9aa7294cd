using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Exchange;

/// <summary>What a phase or a content handler wants to happen next.</summary>
public enum OutcomeKind : byte
{
    /// <summary>Nothing: the next phase.</summary>
    Continue,

    /// <summary>The answer is complete (or as complete as it will be).</summary>
    Finished,

    /// <summary>Answer with a status, through error_page.</summary>
    Status,

    /// <summary>Start over with another path.</summary>
    Redirect,

    /// <summary>Start over in a named location, with the path as it is.</summary>
    NamedLocation,

    /// <summary>The path has changed: find the location again (<c>rewrite … last</c>).</summary>
    FindLocation,

    /// <summary>The connection is no longer HTTP: a tunnel has taken it over.</summary>
    Tunnel,
}

/// <inheritdoc cref="OutcomeKind"/>
public readonly struct Outcome
{
    private Outcome(OutcomeKind kind, int status, ByteSlice uri, ByteSlice args, LocationModel? location)
    {
        Kind = kind;
        StatusCode = status;
        Uri = uri;
        Args = args;
        Location = location;
    }

    public OutcomeKind Kind { get; }

    public int StatusCode { get; }

    public ByteSlice Uri { get; }

    public ByteSlice Args { get; }

    public LocationModel? Location { get; }

    public static Outcome Continue => default;

    public static Outcome Finished => new(OutcomeKind.Finished, 0, default, default, null);

    public static Outcome FindLocation => new(OutcomeKind.FindLocation, 0, default, default, null);

    public static Outcome Tunnel => new(OutcomeKind.Tunnel, 0, default, default, null);

    /// <summary>444 closes the connection without an answer, as in nginx.</summary>
    public static Outcome Status(int status) => new(OutcomeKind.Status, status, default, default, null);

    public static Outcome Redirect(ByteSlice uri, ByteSlice args) => new(OutcomeKind.Redirect, 0, uri, args, null);

    public static Outcome NamedLocation(LocationModel location) => new(OutcomeKind.NamedLocation, 0, default, default, location);
}

/// <summary>Makes the answer of a location.</summary>
public interface IContentHandler
{
    ValueTask<Outcome> HandleAsync(HttpExchange exchange);
}
