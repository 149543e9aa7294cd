using Hawser.IO.Native;

namespace Hawser.Gateway.Logging;

/// <summary>Where lines of a log go.</summary>
public interface ILogSink
{
    /// <summary>Appends one line, its end included. Any thread; never throws.</summary>
    void Write(ReadOnlySpan<byte> line);
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
