using System.Net;

namespace Hawser.Echo;

/// <summary>How the echo backend behaves.</summary>
public sealed record EchoOptions
{
    /// <summary>Where it listens when nothing else is said: the port of the quick-start configuration.</summary>
    public static readonly IPEndPoint DefaultEndPoint = new(IPAddress.Loopback, 8808);

    /// <summary>Where it listens; port 0 takes any free port.</summary>
    public IPEndPoint EndPoint { get; init; } = DefaultEndPoint;

    /// <summary>A connection that sends nothing for this long is closed with code 1001; zero (the default) means never.</summary>
    public TimeSpan Idle { get; init; }

    /// <summary>How long each message waits before it goes back; zero by default.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The only path with a WebSocket; any other is answered with 404. Null, the default, for all paths.</summary>
    public string? OnlyPath { get; init; }

    /// <summary>The clock behind <see cref="Idle"/> and <see cref="Delay"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
