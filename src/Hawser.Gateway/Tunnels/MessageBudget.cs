namespace Hawser.Gateway.Tunnels;

/// <summary>
/// What <c>websocket_message_rate</c> allows: a bucket that fills by <c>rate</c> messages a second up to <c>burst</c>. The whole messages in it are
/// kept by who spends them (<see cref="Hawser.Protocols.WebSocket.FrameTracker.Budget"/>); here is what is left over, so that no rate loses time to rounding.
/// </summary>
/// <remarks>Plain numbers, because the state of a live tunnel can be handed to another process.</remarks>
internal struct MessageBudget(long filledAt, int part = 0)
{
    private const int Whole = 1000; // a message a second is one part a millisecond

    /// <summary>When it was last filled, loop milliseconds.</summary>
    public long FilledAt { get; private set; } = filledAt;

    /// <summary>Thousandths of the next message.</summary>
    public int Part { get; private set; } = part;

    /// <summary>Adds what was earned since the last time.</summary>
    /// <param name="left">Messages that were not spent.</param>
    /// <returns>Messages that may be spent now, <paramref name="burst"/> at most.</returns>
    public int Fill(int left, long now, int rate, int burst)
    {
        // A full bucket keeps what less than one more millisecond earns: else the clock's steps would cost a small burst its rate.
        long most = (long)burst * Whole + Math.Min(rate, Whole) - 1;
        // More time than fills it makes no difference, and the product of years and a high rate would not fit.
        long elapsed = Math.Min(now - FilledAt, most / rate + 1);
        long parts = Math.Min(most, (long)left * Whole + Part + elapsed * rate);
        FilledAt = now;
        Part = (int)(parts % Whole);
        return (int)(parts / Whole);
    }

    /// <summary>When there is a message to spend, once all are spent.</summary>
    public readonly long NextAt(int rate) => FilledAt + (Whole - Part + rate - 1) / rate;
}
