using System.Collections.Immutable;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>log_format name [escape=…] string …</c></summary>
/// <param name="Name">The name.</param>
/// <param name="Escape">How values of variables are escaped.</param>
/// <param name="Format">The strings joined.</param>
/// <param name="Span">The directive; null for <c>combined</c>.</param>
public sealed record LogFormatConfig(string Name, LogEscape Escape, Template Format, SourceSpan? Span);

/// <summary>How a log escapes the values of variables.</summary>
public enum LogEscape
{
    /// <summary>Bytes below 32, above 126, <c>"</c> and <c>\</c> as <c>\xXX</c>; a missing value as <c>-</c>.</summary>
    Default,

    /// <summary>As JSON strings are escaped.</summary>
    Json,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>All access logs of a block.</summary>
/// <param name="IsOff"><c>access_log off</c>: nothing is logged, whatever else is listed.</param>
/// <param name="Logs">The logs in source order.</param>
public sealed record AccessLogSet(bool IsOff, ImmutableArray<AccessLogConfig> Logs);

/// <summary>When a tunnel is logged (<c>at=open,close,60s</c>). What is no tunnel is logged when it is answered, whatever stands here.</summary>
/// <param name="Open">When it begins.</param>
/// <param name="Close">When it ends.</param>
/// <param name="Every">While it lives, so often; zero for never.</param>
public readonly record struct AccessLogMoments(bool Open, bool Close, TimeSpan Every)
{
    /// <summary>At its end alone, as nginx does.</summary>
    public static AccessLogMoments Default => new(false, true, TimeSpan.Zero);
}

/// <summary><c>access_log path [format [buffer=] [gzip[=]] [flush=] [if=] [at=]]</c></summary>
/// <param name="Path">The full path; may hold variables.</param>
/// <param name="Format">The format.</param>
/// <param name="Buffer"><c>buffer=</c> in bytes; 0 writes each line at once.</param>
/// <param name="Flush"><c>flush=</c>; zero means only when the buffer is full.</param>
/// <param name="GzipLevel"><c>gzip</c>: 1 to 9; 0 means no compression.</param>
/// <param name="Condition"><c>if=</c>: logged unless it is empty or <c>0</c>; null logs all.</param>
/// <param name="Span">The directive; null for the default log.</param>
public sealed record AccessLogConfig(
    Template Path, LogFormatConfig Format, long Buffer, TimeSpan Flush, int GzipLevel, Template? Condition, SourceSpan? Span)
{
    /// <summary><c>at=</c>; null: tunnels are logged at their end.</summary>
    public AccessLogMoments? Moments { get; init; }

    /// <summary><c>syslog:</c>, in place of a path; null for a file.</summary>
    public SyslogConfig? Syslog { get; init; }
}

/// <summary><c>error_log file [level]</c></summary>
/// <param name="Path">The full path; null for <c>stderr</c>.</param>
/// <param name="Level">The least serious level that is logged; <c>error</c> by default.</param>
/// <param name="Span">The directive; null for the default log.</param>
public sealed record ErrorLogConfig(string? Path, ErrorLogLevel Level, SourceSpan? Span)
{
    /// <summary><c>syslog:</c>, in place of a path; null for a file or <c>stderr</c>.</summary>
    public SyslogConfig? Syslog { get; init; }
}

/// <summary>nginx's levels, the most serious first, with nginx's numbers.</summary>
public enum ErrorLogLevel
{
    /// <summary>The system is unusable.</summary>
    Emerg = 1,

    /// <summary>Action must be taken at once.</summary>
    Alert = 2,

    /// <summary>A critical condition.</summary>
    Crit = 3,

    /// <summary>An error.</summary>
    Error = 4,

    /// <summary>A warning.</summary>
    Warn = 5,

    /// <summary>Normal, yet worth a line.</summary>
    Notice = 6,

    /// <summary>Information.</summary>
    Info = 7,

    /// <summary>For debugging.</summary>
    Debug = 8,
}

/// <summary><c>open_log_file_cache</c></summary>
/// <param name="Max">Most descriptors kept open.</param>
/// <param name="Inactive">Closed after so long without use.</param>
/// <param name="MinUses">Uses within <paramref name="Inactive"/> that keep it open.</param>
/// <param name="Valid">How often it is checked that the file still has its name.</param>
public sealed record OpenLogFileCache(int Max, TimeSpan Inactive, int MinUses, TimeSpan Valid);
