using System.Text;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Logging;

/// <summary>
/// All open log files by path. Files live as long as a configuration, a request or a tunnel holds them, so a reload keeps those
/// that it still names, and a dropped one is closed once nobody can write to it any more (docs/decisions/0011).
/// </summary>
public sealed class LogFileRegistry(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<FileKey, WeakReference<LogFile>> _files = [];
    private readonly Dictionary<OpenLogFileCache, WeakReference<LogFileCache>> _caches = [];
    private readonly Dictionary<SyslogConfig, WeakReference<SyslogSink>> _syslogs = [];
    private int _reopenings;

    internal TimeProvider Time { get; } = time;

    /// <summary>Where failures of log files are reported, beside the standard error stream. Null until a configuration is in force.</summary>
    public ErrorLogTargets? ErrorLog { get; set; }

    /// <summary>How often <see cref="Reopen"/> was called.</summary>
    internal int Reopenings => Volatile.Read(ref _reopenings);

    /// <summary>The file of a path, opened if it is not yet.</summary>
    /// <param name="path">One byte per character.</param>
    /// <param name="buffering">Lines with and without a buffer are kept apart even where they go to one path.</param>
    /// <exception cref="LogFileException">It cannot be opened; the message is nginx's.</exception>
    public LogFile Open(string path, LogBuffering buffering = default)
    {
        var key = new FileKey(path, buffering.Size, buffering.Flush.Ticks, buffering.GzipLevel);
        lock (_lock)
        {
            if (_files.TryGetValue(key, out WeakReference<LogFile>? reference) && reference.TryGetTarget(out LogFile? known)) return known;
            Sweep();
            int errno = AppendFile.TryOpen(path, out AppendFile? file);
            if (errno != 0) throw new LogFileException($"open() \"{path}\" failed {SystemError.Describe(errno)}");
            var opened = new LogFile(file!, path, buffering, this);
            _files[key] = new WeakReference<LogFile>(opened);
            return opened;
        }
    }

    /// <summary>The cache of files whose paths have variables, shared by all that are configured alike.</summary>
    internal LogFileCache CacheFor(OpenLogFileCache settings)
    {
        lock (_lock)
        {
            if (_caches.TryGetValue(settings, out WeakReference<LogFileCache>? reference) && reference.TryGetTarget(out LogFileCache? known)) return known;
            var cache = new LogFileCache(settings, this);
            _caches[settings] = new WeakReference<LogFileCache>(cache);
            return cache;
        }
    }

    /// <summary>The way to a syslog server, shared by all logs that are configured alike.</summary>
    /// <exception cref="GatewayCompilationException">The server's name does not resolve.</exception>
    internal ILogSink OpenSyslog(SyslogConfig config, SourceSpan? span)
    {
        lock (_lock)
        {
            if (_syslogs.TryGetValue(config, out WeakReference<SyslogSink>? reference) && reference.TryGetTarget(out SyslogSink? known)) return known;
            var sink = new SyslogSink(config, AddressResolver.Resolve(config.Server, span)[0], this);
            _syslogs[config] = new WeakReference<SyslogSink>(sink);
            return sink;
        }
    }

    /// <summary>Opens all files anew after log rotation (USR1). A file that cannot be opened stays the old one, and that is reported.</summary>
    public void Reopen()
    {
        Interlocked.Increment(ref _reopenings);
        foreach (LogFile file in LiveFiles())
        {
            int errno = file.Reopen();
            if (errno != 0) Report(LogLevel.Emerg, $"open() \"{file.Path}\" failed {SystemError.Describe(errno)}");
        }
    }

    /// <summary>Writes out all buffers, before the process ends.</summary>
    public void Flush()
    {
        foreach (LogFile file in LiveFiles()) file.Flush();
    }

    internal void ReportFailure(string message) => Report(LogLevel.Alert, message);

    private void Report(LogLevel level, string message)
    {
        StandardError.Write(Encoding.Latin1.GetBytes($"nginx: [{LogLevelNames.Of(level)}] {message}\n"));
        ErrorLog?.Write(level, message);
    }

    private List<LogFile> LiveFiles()
    {
        lock (_lock)
        {
            var live = new List<LogFile>(_files.Count);
            foreach (WeakReference<LogFile> reference in _files.Values)
            {
                if (reference.TryGetTarget(out LogFile? file)) live.Add(file);
            }
            return live;
        }
    }

    private void Sweep()
    {
        foreach ((FileKey key, WeakReference<LogFile> reference) in _files)
        {
            if (!reference.TryGetTarget(out _)) _files.Remove(key); // removing while enumerating is allowed
        }
        foreach ((SyslogConfig key, WeakReference<SyslogSink> reference) in _syslogs)
        {
            if (!reference.TryGetTarget(out _)) _syslogs.Remove(key);
        }
    }

    /// <summary>A class: a table keyed by a structure would be compiled anew at every start (docs/decisions/0005-runtime-settings.md).</summary>
    private sealed record FileKey(string Path, int BufferSize, long FlushTicks, int GzipLevel);
}
