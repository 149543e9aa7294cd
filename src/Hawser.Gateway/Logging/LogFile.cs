using System.IO.Compression;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Logging;

/// <summary>
/// A log file, shared by all that log to its path. A line is written at once, or with <c>buffer=</c> when the buffer is full or
/// <c>flush=</c> has passed. Failures are reported once, until a write succeeds again; they never reach the request.
/// </summary>
public sealed class LogFile : ILogSink
{
    private readonly AppendFile _file;
    private readonly LogFileRegistry _registry;
    private readonly Lock _lock = new();
    private readonly byte[]? _buffer;
    private readonly TimeSpan _flushAfter;
    private readonly int _gzipLevel;
    private readonly ITimer? _flushTimer;
    private int _used;
    private int _isFailing;

    internal LogFile(AppendFile file, string path, LogBuffering buffering, LogFileRegistry registry)
    {
        _file = file;
        _registry = registry;
        Path = path;
        Buffering = buffering;
        if (buffering.Size == 0)
        {
            GC.SuppressFinalize(this);
            return;
        }
        _buffer = GC.AllocateUninitializedArray<byte>(buffering.Size);
        _flushAfter = buffering.Flush;
        _gzipLevel = buffering.GzipLevel;
        if (_flushAfter > TimeSpan.Zero)
        {
            _flushTimer = registry.Time.CreateTimer(static state => ((LogFile)state!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    // A buffered file that no configuration, request or tunnel holds any more gives up what it still has. The descriptor is a
    // critical handle: it is closed after this has run.
    ~LogFile() => Flush();

    /// <summary>How its lines are gathered.</summary>
    public LogBuffering Buffering { get; }

    public string Path { get; }

    public void Write(ReadOnlySpan<byte> line)
    {
        if (_buffer is null)
        {
            Append(line);
            return;
        }
        lock (_lock)
        {
            if (line.Length > _buffer.Length - _used) FlushLocked();
            if (line.Length > _buffer.Length)
            {
                AppendPacked(line);
                return;
            }
            if (_used == 0) _flushTimer?.Change(_flushAfter, Timeout.InfiniteTimeSpan);
            line.CopyTo(_buffer.AsSpan(_used));
            _used += line.Length;
        }
    }

    /// <summary>Writes out what is buffered.</summary>
    public void Flush()
    {
        if (_buffer is null) return;
        lock (_lock) FlushLocked();
    }

    /// <summary>Goes on in a new file of the same name, after the old one was renamed.</summary>
    /// <returns>0, or an errno; then the old file stays in use.</returns>
    internal int Reopen()
    {
        Flush(); // what was logged until now belongs into the old file
        return _file.Reopen();
    }

    private void FlushLocked()
    {
        if (_used == 0) return;
        AppendPacked(_buffer.AsSpan(0, _used));
        _used = 0;
    }

    // Each buffer becomes a gzip member of its own; a file of several members unpacks to all their contents (RFC 1952 §2.2).
    private void AppendPacked(ReadOnlySpan<byte> bytes)
    {
        if (_gzipLevel == 0)
        {
            Append(bytes);
            return;
        }
        using var packed = new MemoryStream(bytes.Length / 4);
        using (var gzip = new GZipStream(packed, new ZLibCompressionOptions { CompressionLevel = _gzipLevel }, leaveOpen: true)) gzip.Write(bytes);
        Append(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        int written = _file.Write(bytes);
        if (written == bytes.Length)
        {
            if (_isFailing != 0) Volatile.Write(ref _isFailing, 0);
            return;
        }
        if (Interlocked.Exchange(ref _isFailing, 1) != 0) return;
        _registry.ReportFailure(written < 0
            ? $"write() to \"{Path}\" failed {SystemError.Describe(-written)}"
            : $"write() to \"{Path}\" was incomplete: {written} of {bytes.Length}");
    }
}

/// <summary>How a log file collects lines before it writes them.</summary>
/// <param name="Size">Bytes; 0 writes each line at once.</param>
/// <param name="Flush">How long a line may wait at most; zero for as long as there is room.</param>
/// <param name="GzipLevel">1 (fast) to 9 (small) to compress what is written; 0 for plain text.</param>
public readonly record struct LogBuffering(int Size, TimeSpan Flush, int GzipLevel);

/// <summary>A log file could not be opened.</summary>
public sealed class LogFileException(string message) : IOException(message);
