namespace Hawser.Testing;

/// <summary>One act of a scripted peer.</summary>
public abstract record BackendStep
{
    private BackendStep()
    {
    }

    /// <summary>Sends bytes, in a segment of their own where a pause or another send stands around them.</summary>
    public sealed record Send(string Text) : BackendStep;

    /// <summary>Waits.</summary>
    public sealed record Pause(TimeSpan Time) : BackendStep;

    /// <summary>Waits until so many more bytes have been received behind the request.</summary>
    public sealed record Expect(int Count) : BackendStep;

    /// <summary>From here on sends back every byte received, until the other side ends the connection.</summary>
    public sealed record Echo : BackendStep;

    /// <summary>Says close_notify where TLS is spoken, and keeps the connection.</summary>
    public sealed record SayGoodbye : BackendStep;

    /// <summary>Ends the connection without close_notify: over TLS, as if it had been cut.</summary>
    public sealed record Cut : BackendStep;

    /// <summary>Ends the sending direction, over TLS with close_notify, and goes on receiving.</summary>
    public sealed record EndSending : BackendStep;

    /// <summary>Closes the connection, over TLS with close_notify.</summary>
    public sealed record Close : BackendStep;

    /// <summary>Resets the connection.</summary>
    public sealed record Reset : BackendStep;

    /// <summary>Does nothing more and keeps the connection open until the other side ends it.</summary>
    public sealed record Hang : BackendStep;
}

/// <summary>What a scripted backend does for one request.</summary>
/// <param name="Steps">The acts, in order. Afterwards the connection waits for its next request.</param>
/// <param name="After">How much of the request must have arrived before the first act.</param>
public sealed record BackendReply(IReadOnlyList<BackendStep> Steps, RequestPart After = RequestPart.Body)
{
    /// <summary>A text that the request must contain for these acts, whatever its case; null for any request.</summary>
    public string? When { get; init; }

    /// <summary>The acts for a request without that text.</summary>
    public IReadOnlyList<BackendStep> Otherwise { get; init; } = [];

    /// <summary>The acts for a request.</summary>
    public IReadOnlyList<BackendStep> StepsFor(string request) =>
        When is null || request.Contains(When, StringComparison.OrdinalIgnoreCase) ? Steps : Otherwise;

    /// <summary>A reply of these bytes, after the whole request; the connection stays open.</summary>
    public static BackendReply Of(string text) => new([new BackendStep.Send(text)]);

    /// <summary>A reply of these bytes, after which the connection is closed.</summary>
    public static BackendReply Closing(string text) => new([new BackendStep.Send(text), new BackendStep.Close()]);

    /// <summary>200 with a text and its length.</summary>
    public static BackendReply Ok(string body = "ok") => Of($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}

/// <summary>How much of a request has arrived.</summary>
public enum RequestPart
{
    /// <summary>Nothing: only the connection.</summary>
    Nothing,

    /// <summary>The head, up to the empty line.</summary>
    Head,

    /// <summary>All of it.</summary>
    Body,
}
