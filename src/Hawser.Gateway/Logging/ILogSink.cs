using Hawser.IO.Native;

namespace Hawser.Gateway.Logging;

/// <summary>Where lines of a log go.</summary>
public interface ILogSink
{
    /// <summary>Appends one line, its end included. Any thread; never throws.</summary>
    void Write(ReadOnlySpan<byte> line);

    /// <summary>Appends a message of an error log. What the level is matters to syslog alone; elsewhere it stands in the line.</summary>
    void Write(LogLevel level, ReadOnlySpan<byte> line) => Write(line);
}

/// <summary><c>error_log stderr</c></summary>
public sealed class StandardErrorSink : ILogSink
{
    private StandardErrorSink()
    {
    }

    public static StandardErrorSink Instance { get; } = new();

    /// <summary>Goes nowhere when the process was started without a standard error stream.</summary>
    public void Write(ReadOnlySpan<byte> line) => StandardError.Write(line);
}
