namespace Hawser.Gateway.Upstreams;

/// <summary>
/// How fast a server has answered, for <c>least_time</c>. Averages move a twentieth of the way to each new value. Shared by all loops; the lock
/// is held for a few instructions, and only where that method is configured.
/// </summary>
/// <remarks>Times are milliseconds. Those of requests under way count from the loop's clock of whoever asks: loops started together.</remarks>
public sealed class ResponseTimes
{
    private readonly Lock _gate = new();
    private double _header;
    private double _lastByte;
    private double _inFlightAverage;
    private long _inFlight;          // requests without an answer
    private long _inFlightTime;      // time that they had spent together …
    private long _inFlightChangedAt; // … at this moment

    /// <summary>The average; that of requests under way instead where it is worse.</summary>
    /// <param name="untilHeader">Time to the head of the answer, not to its end.</param>
    /// <param name="halvings">How often the average is halved, to give a slow server another chance.</param>
    /// <param name="now">Milliseconds.</param>
    public long Average(bool untilHeader, int halvings, long now)
    {
        lock (_gate)
        {
            long time = (long)(untilHeader ? _header : _lastByte) >> Math.Min(halvings, 62);
            if (_inFlight == 0) return time;
            _inFlightAverage = Move(_inFlightAverage, _inFlightTime / _inFlight + (now - _inFlightChangedAt));
            return Math.Max(time, (long)_inFlightAverage);
        }
    }

    /// <summary>A request is sent there, and counts as under way until <see cref="Arrived"/>.</summary>
    public void Depart(long now)
    {
        lock (_gate)
        {
            _inFlightTime += (now - _inFlightChangedAt) * _inFlight;
            _inFlightChangedAt = now;
            _inFlight++;
        }
    }

    /// <summary>A request that departed is no longer under way.</summary>
    /// <param name="took">What it added to the time of all.</param>
    public void Arrived(long took, long now)
    {
        lock (_gate)
        {
            _inFlightTime = _inFlight == 1 ? 0 : _inFlightTime + (now - _inFlightChangedAt) * _inFlight - took;
            _inFlightChangedAt = now;
            _inFlight--;
        }
    }

    /// <summary>The head of an answer has come.</summary>
    public void AddHeader(long time)
    {
        lock (_gate) _header = Move(_header, time);
    }

    /// <summary>An answer is whole.</summary>
    public void AddLastByte(long time)
    {
        lock (_gate) _lastByte = Move(_lastByte, time);
    }

    // Rounded as nginx's integers are.
    private static double Move(double average, long value) => average == 0 ? value : Math.Floor(0.5 + value * 0.05 + average * 0.95);
}
