using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// A buffered response that is faster than its client: beyond <c>proxy_buffers</c> it goes to a temporary file, from which the client is served
/// at its own pace, so that the upstream is free as soon as it has said everything.
/// </summary>
public sealed partial class ProxyRun
{
    private ResponseSpool? _spool;
    private Task? _unspooling;
    private bool _spoolHasLast;
    private bool _isAbandoned; // what waits in the file will not be sent

    /// <summary>What comes now belongs behind what waits in the file.</summary>
    private bool IsSpooling => _unspooling is { IsCompleted: false };

    /// <summary>The client is behind. Makes room for more; false when the client is gone.</summary>
    private async ValueTask<bool> MakeRoomAsync(bool isBuffered, int window)
    {
        if (IsSpooling)
        {
            if (_spool!.End >= _model.MaxTempFileSize) await _unspooling!; // the file is full: the upstream has to wait after all
            return !exchange.Response.IsBroken;
        }
        if (!isBuffered || _model.MaxTempFileSize == 0 || !TryOpenSpool()) return await exchange.Response.DrainAsync(window / 2);
        _spoolHasLast = false;
        _unspooling = UnspoolAsync();
        return true;
    }

    private bool TryOpenSpool()
    {
        if (_spool is not null) return true;
        try
        {
            _spool = ResponseSpool.Open(_model.TempPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            exchange.LogError(LogLevel.Crit, $"a temporary file in \"{_model.TempPath.Path}\" could not be made ({e.Message}) while reading upstream");
            return false;
        }
        exchange.LogError(LogLevel.Warn, $"an upstream response is buffered to a temporary file {_spool.Path} while reading upstream");
        return true;
    }

    private bool TrySpool(ReadOnlySpan<byte> part, bool isLast)
    {
        try
        {
            _spool!.Append(part);
            _spoolHasLast = isLast;
            return true;
        }
        catch (IOException e)
        {
            exchange.LogError(LogLevel.Crit, $"write() \"{_spool!.Path}\" failed ({e.Message}) while reading upstream");
            return false;
        }
    }

    /// <summary>Serves the client from the file until nothing waits there any more.</summary>
    private async Task UnspoolAsync()
    {
        HttpResponse response = exchange.Response;
        byte[] buffer = Worker.Loop.Buffers.Rent(_model.TempFileWriteSize);
        try
        {
            do
            {
                if (!await response.DrainAsync(_model.BusySize) || _isAbandoned) return;
                int count = _spool!.Take(buffer);
                response.Write(buffer.AsSpan(0, count), isLast: _spoolHasLast && _spool.Length == 0);
            }
            while (_spool.Length > 0);
        }
        catch (IOException e)
        {
            exchange.LogError(LogLevel.Crit, $"read() \"{_spool!.Path}\" failed ({e.Message}) while sending to client");
            response.Truncate();
        }
        finally
        {
            Worker.Loop.Buffers.Return(buffer);
        }
    }

    /// <summary>Waits until the client has everything that was put aside for it.</summary>
    private ValueTask FinishSpoolAsync() => _unspooling is { IsCompleted: false } rest ? new ValueTask(rest) : default;

    private void DropSpool()
    {
        _spool?.Dispose();
        _spool = null;
        _unspooling = null;
    }
}
