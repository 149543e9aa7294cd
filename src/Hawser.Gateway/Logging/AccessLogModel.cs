using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Logging;

/// <summary>One <c>access_log</c> directive compiled: where to, in which format, and for which requests.</summary>
internal sealed class AccessLogModel
{
    private readonly AccessLogFormat _format;
    private readonly TemplateModel? _condition;
    private readonly ILogSink? _sink; // null: the path has variables
    private readonly VariableLogPath? _path;

    private AccessLogModel(AccessLogFormat format, TemplateModel? condition, ILogSink? sink, VariableLogPath? path, AccessLogMoments moments)
    {
        Moments = moments;
        _format = format;
        _condition = condition;
        _sink = sink;
        _path = path;
    }

    /// <summary>When tunnels are logged; everything else is logged when it is answered.</summary>
    public AccessLogMoments Moments { get; }

    /// <exception cref="LogFileException">The file cannot be opened.</exception>
    public static AccessLogModel From(AccessLogConfig config, OpenLogFileCache? cache, ModelBuilder builder)
    {
        LogFileRegistry files = builder.Services.LogFiles;
        AccessLogFormat format = builder.Once(config.Format, () => AccessLogFormat.From(config.Format, builder));
        TemplateModel? condition = builder.CompileOptional(config.Condition);
        AccessLogMoments moments = config.Moments ?? AccessLogMoments.Default;
        if (config.Syslog is { } syslog) return new AccessLogModel(format, condition, files.OpenSyslog(syslog, config.Span), null, moments);
        if (!config.Path.IsConstant)
        {
            LogFileCache? shared = cache is null ? null : files.CacheFor(cache);
            return new AccessLogModel(format, condition, null, new VariableLogPath(builder.Compile(config.Path), shared), moments);
        }
        var buffering = new LogBuffering((int)Math.Min(config.Buffer, Array.MaxLength), config.Flush, config.GzipLevel);
        return new AccessLogModel(format, condition, files.Open(config.Path.ConstantValue, buffering), null, moments);
    }

    /// <summary>Describes the log to another process.</summary>
    public void Export(BinaryWriter writer)
    {
        writer.Write(Moments.Open);
        writer.Write(Moments.Close);
        writer.Write(Moments.Every.Ticks);
        var file = _sink as LogFile;
        writer.Write(file?.Path ?? (_sink as SyslogSink)?.Describe() ?? "");
        LogBuffering buffering = file?.Buffering ?? default;
        writer.Write(buffering.Size);
        writer.Write(buffering.Flush.Ticks);
        writer.Write(buffering.GzipLevel);
        _format.Export(writer);
    }

    /// <summary>Builds what <see cref="Export"/> described, for tunnels that were begun elsewhere.</summary>
    /// <exception cref="InvalidDataException">It cannot be continued here.</exception>
    public static AccessLogModel Import(BinaryReader reader, LogFileRegistry files, VariableTable variables)
    {
        var moments = new AccessLogMoments(reader.ReadBoolean(), reader.ReadBoolean(), new TimeSpan(reader.ReadInt64()));
        string path = reader.ReadString();
        var buffering = new LogBuffering(reader.ReadInt32(), new TimeSpan(reader.ReadInt64()), reader.ReadInt32());
        AccessLogFormat format = AccessLogFormat.Import(reader, variables);
        try
        {
            if (SyslogSink.TryParse(path, files, out SyslogSink? syslog)) return new AccessLogModel(format, null, syslog, null, moments);
            return path.Length > 0
                ? new AccessLogModel(format, null, files.Open(path, buffering), null, moments)
                : new AccessLogModel(format, null, null, new VariableLogPath(TemplateModel.Empty, null), moments);
        }
        catch (LogFileException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public void Log(HttpExchange exchange)
    {
        if (!IsWanted(exchange) || !FindPath(exchange, out ByteSlice path)) return;
        var line = new LogBuffer(exchange.Worker.Loop);
        _format.Write(ref line, exchange);
        Write(exchange, path.Span, line.Written);
        line.Dispose();
    }

    /// <summary>Adds to <paramref name="record"/> what is settled of this log's line. False when the condition says that there is none.</summary>
    public bool Freeze(ref LogBuffer record, HttpExchange exchange)
    {
        ByteSlice path = default;
        bool isWanted = IsWanted(exchange) && FindPath(exchange, out path);
        record.Add(isWanted ? (byte)1 : (byte)0);
        if (!isWanted) return false;
        if (_path is not null) FrozenValue.Write(ref record, path, LogEscape.None);
        _format.Freeze(ref record, exchange);
        return true;
    }

    /// <summary>Takes what <see cref="Freeze"/> kept out of <paramref name="record"/>, and writes the line if there is one at this moment.</summary>
    public void Complete(HttpExchange exchange, ref ReadOnlySpan<byte> record, LogMoment moment)
    {
        bool isWanted = record[0] != 0;
        record = record[1..];
        if (!isWanted) return;
        ReadOnlySpan<byte> path = _path is null ? default : FrozenValue.Read(ref record);
        var line = new LogBuffer(exchange.Worker.Loop);
        _format.Complete(ref line, ref record, exchange);
        if (moment.Is(Moments)) Write(exchange, path, line.Written);
        line.Dispose();
    }

    private bool IsWanted(HttpExchange exchange)
    {
        if (_condition is null) return true;
        ByteSlice value = _condition.Evaluate(exchange);
        return !value.IsEmpty && !value.Span.SequenceEqual("0"u8);
    }

    private bool FindPath(HttpExchange exchange, out ByteSlice path)
    {
        path = default;
        return _path is null || _path.TryEvaluate(exchange, out path);
    }

    private void Write(HttpExchange exchange, ReadOnlySpan<byte> path, ReadOnlySpan<byte> line)
    {
        if (_sink is not null) _sink.Write(line);
        else _path!.Write(exchange, path, line);
    }
}
