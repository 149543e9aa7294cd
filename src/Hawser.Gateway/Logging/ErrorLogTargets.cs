using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.IO.Native;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Logging;

/// <summary>The error logs that hold in a block: each message goes to all whose level allows it.</summary>
public sealed class ErrorLogTargets
{
    // nginx's limit: longer messages are cut off.
    private const int MaximumLine = 2048;

    private readonly (ILogSink Sink, LogLevel Level)[] _targets;
    private readonly TimeProvider _time;
    private readonly LogLevel _mostVerbose;

    public ErrorLogTargets(TimeProvider time, params (ILogSink Sink, LogLevel Level)[] targets)
    {
        _time = time;
        _targets = targets;
        foreach ((_, LogLevel level) in targets) _mostVerbose = level > _mostVerbose ? level : _mostVerbose;
    }

    /// <summary>The <c>error_log</c> directives of a block.</summary>
    /// <exception cref="LogFileException">A file cannot be opened.</exception>
    public static ErrorLogTargets From(ConfigScope scope, LogFileRegistry files)
    {
        ImmutableArray<ErrorLogConfig> logs = scope.Get(Known.ErrorLog);
        var targets = new (ILogSink, LogLevel)[logs.Length];
        for (int i = 0; i < logs.Length; i++)
        {
            ILogSink sink = logs[i] switch
            {
                { Syslog: { } syslog } => files.OpenSyslog(syslog, logs[i].Span),
                { Path: { } path } => files.Open(path),
                _ => StandardErrorSink.Instance,
            };
            targets[i] = (sink, logs[i].Level.ToLogLevel());
        }
        return new ErrorLogTargets(files.Time, targets);
    }

    /// <summary>The log before a configuration is read: <c>-e</c>, or the built-in path, at level notice as in nginx.</summary>
    /// <param name="path">Full path; null for the standard error stream.</param>
    /// <exception cref="LogFileException">The file cannot be opened.</exception>
    public static ErrorLogTargets Bootstrap(string? path, LogFileRegistry files) =>
        new(files.Time, (path is null ? StandardErrorSink.Instance : files.Open(path), LogLevel.Notice));

    /// <summary>Whether any target takes messages of this level. Ask before a message costs anything to put together.</summary>
    public bool IsEnabled(LogLevel level) => level <= _mostVerbose;

    /// <summary>Writes a message. Any thread; never throws.</summary>
    /// <param name="message">One byte per character, without a dot or an end of line.</param>
    /// <param name="connection">nginx's <c>*7</c>: the connection's serial number; 0 for none.</param>
    /// <param name="context">Who and what it is about; not written at level debug, as in nginx.</param>
    public void Write(LogLevel level, string message, long connection = 0, in ErrorContext context = default)
    {
        if (!IsEnabled(level)) return;
        var line = new LineBuilder(stackalloc byte[MaximumLine]);
        AddTime(ref line);
        line.Add(" ["u8);
        line.Add(LogLevelNames.Of(level));
        line.Add("] "u8);
        line.Add(Environment.ProcessId);
        line.Add("#"u8);
        line.Add(KernelThread.CurrentId);
        line.Add(": "u8);
        if (connection != 0)
        {
            line.Add("*"u8);
            line.Add(connection);
            line.Add(" "u8);
        }
        line.Add(message);
        if (level != LogLevel.Debug) context.AppendTo(ref line);
        ReadOnlySpan<byte> text = line.Finish();
        foreach ((ILogSink sink, LogLevel least) in _targets)
        {
            if (level <= least) sink.Write(level, text);
        }
    }

    private void AddTime(ref LineBuilder line)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Span<byte> text = stackalloc byte[LogTime.ErrorLogLength];
        LogTime.FormatErrorLog(text, now.ToUnixTimeSeconds(), (int)_time.LocalTimeZone.GetUtcOffset(now).TotalMinutes);
        line.Add(text);
    }
}
