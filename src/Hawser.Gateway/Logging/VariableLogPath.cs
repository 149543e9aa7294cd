using System.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Logging;

/// <summary>An access log whose path has variables. Without a cache its file is opened and closed for each line.</summary>
internal sealed class VariableLogPath(TemplateModel path, LogFileCache? cache)
{
    // A failing disk is mentioned once a minute, as in nginx.
    private const long ReportIntervalSeconds = 60;

    private long _lastReport = long.MinValue / 2;

    /// <summary>
    /// The path for an exchange. None where the document root does not exist: otherwise a client could, with a made-up host
    /// name, create files at will (<c>/var/log/$host.log</c>).
    /// </summary>
    public bool TryEvaluate(HttpExchange exchange, out ByteSlice evaluated)
    {
        evaluated = default;
        ByteSlice root = exchange.Location.Files.DocumentRoot(exchange);
        int probed = PathCalls.ProbeDirectory(root.Span);
        if (probed < 0)
        {
            exchange.LogError(LogLevel.Error, $"testing \"{root}\" existence failed {SystemError.Describe(-probed)}");
            return false;
        }
        evaluated = path.Evaluate(exchange);
        return true;
    }

    public void Write(HttpExchange exchange, ReadOnlySpan<byte> file, ReadOnlySpan<byte> line)
    {
        int written = cache is null ? WriteOnce(file, line, out int openError) : cache.Write(file, line, out openError);
        if (openError != 0)
        {
            exchange.LogError(LogLevel.Crit, $"open() \"{Encoding.Latin1.GetString(file)}\" failed {SystemError.Describe(openError)}");
        }
        else if (written != line.Length) Report(exchange, file, written, line.Length);
    }

    private static int WriteOnce(ReadOnlySpan<byte> file, ReadOnlySpan<byte> line, out int openError)
    {
        openError = AppendFile.TryOpen(Encoding.Latin1.GetString(file), out AppendFile? opened);
        if (openError != 0) return 0;
        using (opened) return opened!.Write(line);
    }

    private void Report(HttpExchange exchange, ReadOnlySpan<byte> file, int written, int length)
    {
        long now = exchange.Worker.Loop.UnixMilliseconds / 1000;
        if (now - Interlocked.Read(ref _lastReport) < ReportIntervalSeconds) return;
        Interlocked.Exchange(ref _lastReport, now);
        string name = Encoding.Latin1.GetString(file);
        exchange.LogError(LogLevel.Alert, written < 0
            ? $"write() to \"{name}\" failed {SystemError.Describe(-written)}"
            : $"write() to \"{name}\" was incomplete: {written} of {length}");
    }
}
