using Hawser.Configuration.Model;

namespace Hawser.Gateway.Logging;

/// <summary>A point in the life of a tunnel at which it may be logged.</summary>
public enum LogMomentKind : byte
{
    Open,
    Interval,
    Close,
}

/// <summary>Where a tunnel is in its life.</summary>
/// <param name="Kind">Beginning, end or between.</param>
/// <param name="Earlier">Milliseconds of its life at the moment before this one.</param>
/// <param name="Age">Milliseconds of its life now.</param>
public readonly record struct LogMoment(LogMomentKind Kind, long Earlier, long Age)
{
    public static LogMoment Open => new(LogMomentKind.Open, 0, 0);

    public static LogMoment Close => new(LogMomentKind.Close, 0, 0);

    /// <summary>Whether a log with these wishes has a line now.</summary>
    public bool Is(in AccessLogMoments wanted) => Kind switch
    {
        LogMomentKind.Open => wanted.Open,
        LogMomentKind.Close => wanted.Close,
        _ => wanted.Every > TimeSpan.Zero && Age / (long)wanted.Every.TotalMilliseconds > Earlier / (long)wanted.Every.TotalMilliseconds,
    };
}
