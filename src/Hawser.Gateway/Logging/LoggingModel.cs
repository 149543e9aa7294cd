using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Logging;

/// <summary>The logs that hold in a block.</summary>
public sealed class LoggingModel
{
    private readonly AccessLogModel[] _accessLogs;

    private LoggingModel(ErrorLogTargets errors, AccessLogModel[] accessLogs)
    {
        Errors = errors;
        _accessLogs = accessLogs;
        foreach (AccessLogModel log in accessLogs)
        {
            long every = (long)log.Moments.Every.TotalMilliseconds;
            if (every > 0 && (TunnelInterval == 0 || every < TunnelInterval)) TunnelInterval = every;
        }
    }

    /// <summary><c>error_log</c></summary>
    public ErrorLogTargets Errors { get; }

    /// <summary><c>uninitialized_variable_warn</c></summary>
    public bool WarnsOfUninitializedVariables { get; private init; }

    /// <summary><c>log_subrequest</c></summary>
    public bool LogsSubrequests { get; private init; }

    /// <exception cref="LogFileException">A log file cannot be opened.</exception>
    public static LoggingModel From(ConfigScope scope, ModelBuilder builder)
    {
        AccessLogSet set = scope.Get(Known.AccessLog);
        OpenLogFileCache? cache = scope.Get(Known.OpenLogFileCache);
        var accessLogs = new AccessLogModel[set.IsOff ? 0 : set.Logs.Length];
        for (int i = 0; i < accessLogs.Length; i++) accessLogs[i] = AccessLogModel.From(set.Logs[i], cache, builder);
        var errors = ErrorLogTargets.From(scope, builder.Services.LogFiles);
        return new LoggingModel(errors, accessLogs)
        {
            WarnsOfUninitializedVariables = scope.Get(Known.UninitializedVariableWarn),
            LogsSubrequests = scope.Get(Known.LogSubrequest),
        };
    }

    /// <summary>Describes the access logs to another process, for tunnels that go there.</summary>
    internal void Export(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_accessLogs.Length);
        foreach (AccessLogModel log in _accessLogs) log.Export(writer);
    }

    /// <summary>Builds what <see cref="Export"/> described.</summary>
    /// <exception cref="InvalidDataException">It cannot be continued here.</exception>
    internal static LoggingModel Import(BinaryReader reader, ErrorLogTargets errors, LogFileRegistry files, VariableTable variables)
    {
        var logs = new AccessLogModel[reader.Read7BitEncodedInt()];
        for (int i = 0; i < logs.Length; i++) logs[i] = AccessLogModel.Import(reader, files, variables);
        return new LoggingModel(errors, logs);
    }

    /// <summary>Writes the exchange's line to each access log. To be called once, when its answer is complete.</summary>
    public void LogAccess(HttpExchange exchange)
    {
        foreach (AccessLogModel log in _accessLogs) log.Log(exchange);
    }

    /// <summary>
    /// Keeps what is known when a tunnel begins, so that the exchange can be let go; conditions (<c>if=</c>) and maps are decided
    /// now. Null when there will be nothing to log.
    /// </summary>
    public FrozenAccessLog? Freeze(HttpExchange exchange)
    {
        if (_accessLogs.Length == 0) return null;
        var record = new LogBuffer(exchange.Worker.Loop);
        bool isAnyWanted = false;
        foreach (AccessLogModel log in _accessLogs) isAnyWanted |= log.Freeze(ref record, exchange);
        FrozenAccessLog? frozen = isAnyWanted ? new FrozenAccessLog(this, record.Written.ToArray()) : null;
        record.Dispose();
        return frozen;
    }

    /// <summary>Milliseconds between lines about a tunnel that lives: the shortest any log asks for; 0 for none.</summary>
    internal long TunnelInterval { get; }

    internal bool IsWantedAt(LogMoment moment)
    {
        foreach (AccessLogModel log in _accessLogs)
        {
            if (moment.Is(log.Moments)) return true;
        }
        return false;
    }

    internal void Write(HttpExchange ended, ReadOnlySpan<byte> record, LogMoment moment)
    {
        foreach (AccessLogModel log in _accessLogs) log.Complete(ended, ref record, moment);
    }
}
