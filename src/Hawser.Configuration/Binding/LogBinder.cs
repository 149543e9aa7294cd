using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>Logs.</summary>
internal static class LogBinder
{
    private const long DefaultGzipBuffer = 64 << 10;

    private static readonly Choice<ErrorLogLevel>[] s_levels =
    [
        new("emerg", ErrorLogLevel.Emerg), new("alert", ErrorLogLevel.Alert), new("crit", ErrorLogLevel.Crit), new("error", ErrorLogLevel.Error),
        new("warn", ErrorLogLevel.Warn), new("notice", ErrorLogLevel.Notice), new("info", ErrorLogLevel.Info), new("debug", ErrorLogLevel.Debug),
    ];

    private static readonly string[] s_debugLevels =
        ["debug_core", "debug_alloc", "debug_mutex", "debug_event", "debug_http", "debug_mail", "debug_stream"];

    public static ImmutableArray<ErrorLogConfig> ErrorLog(BindContext context)
    {
        Argument target = context.Next();
        SyslogConfig? syslog = SyslogBinder.IsSyslog(target.Value) ? SyslogBinder.Read(context, target) : null;
        if (target.Value.StartsWith("memory:", StringComparison.Ordinal))
            throw context.Refuse(target, "logging to memory is not supported", "it is nginx's aid for debugging nginx; log to a file");
        string? path = syslog is not null || target.Value == "stderr" ? null : context.FullPath(target.Value);
        ErrorLogLevel? level = null;
        while (context.HasMore)
            level = ReadLevel(context, context.Next(), level);
        return [new ErrorLogConfig(path, level ?? ErrorLogLevel.Error, context.Node.Span) { Syslog = syslog }];
    }

    public static ImmutableArray<LogFormatConfig> LogFormat(BindContext context)
    {
        Argument name = context.Next();
        LogEscape escape = LogEscape.Default;
        if (context.Peek().Value.StartsWith("escape=", StringComparison.Ordinal))
            escape = ReadEscape(context, context.Next());

        var source = new System.Text.StringBuilder();
        var parts = ImmutableArray.CreateBuilder<TemplatePart>();
        while (context.HasMore)
        {
            // Each word is parsed by itself: a variable does not reach into the next one.
            Argument argument = context.Next();
            Template piece = context.Template(argument, argument.Value, TemplateOptions.NoCaptures);
            source.Append(piece.Source);
            parts.AddRange(piece.Parts);
        }
        var format = new LogFormatConfig(name.Value, escape, new Template(source.ToString(), parts.DrainToImmutable()), context.Node.Span);
        if (!context.Session.LogFormats.TryAdd(format))
            throw context.Refuse(name, $"duplicate \"log_format\" name \"{name}\"");
        return [format];
    }

    public static AccessLogSet AccessLog(BindContext context)
    {
        Argument target = context.Next();
        if (target.Value == "off")
        {
            if (context.HasMore)
                throw context.InvalidParameter(context.Next());
            return new AccessLogSet(true, []);
        }
        SyslogConfig? syslog = SyslogBinder.IsSyslog(target.Value) ? SyslogBinder.Read(context, target) : null;
        Template path = syslog is null ? context.Template(target, context.FullPath(target.Value)) : Template.Constant(target.Value);
        LogFormatConfig format = context.HasMore ? ReadFormat(context) : LogFormatRegistry.CombinedFormat;
        var log = new AccessLogConfig(path, format, 0, TimeSpan.Zero, 0, null, context.Node.Span) { Syslog = syslog };
        while (context.HasMore)
            log = Apply(context, context.Next(), log);

        if (log.Flush != TimeSpan.Zero && log.Buffer == 0)
            throw context.Refuse(target, $"no buffer is defined for access_log \"{target}\"");
        if (log.Buffer != 0 && syslog is not null)
            throw context.Refuse(target, "logs to syslog cannot be buffered");
        if (log.Buffer != 0 && !path.IsConstant)
            throw context.Refuse(target, "buffered logs cannot have variables in name");
        if (log.Buffer != 0 && !context.Session.LogBuffers.TryAdd(log))
            throw context.Refuse(target, $"access_log \"{target}\" already defined with conflicting parameters");
        return new AccessLogSet(false, [log]);
    }

    public static AccessLogSet DefaultAccessLog(MainConfig root)
    {
        Template path = Template.Constant(root.GetFullPath("logs/access.log"));
        return new AccessLogSet(false, [new AccessLogConfig(path, LogFormatRegistry.CombinedFormat, 0, TimeSpan.Zero, 0, null, null)]);
    }

    public static OpenLogFileCache? OpenLogFileCache(BindContext context)
    {
        var cache = new OpenLogFileCache(0, TimeSpan.FromSeconds(10), 1, TimeSpan.FromSeconds(60));
        bool isOff = false;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string text = argument.Value;
            BindException invalid = context.Refuse(argument, $"invalid \"open_log_file_cache\" parameter \"{argument}\"");
            if (text == "off")
                isOff = true;
            else if (text.StartsWith("max=", StringComparison.Ordinal))
                cache = cache with { Max = ValueParser.Int32(text.AsSpan(4)) ?? throw invalid };
            else if (text.StartsWith("min_uses=", StringComparison.Ordinal))
                cache = cache with { MinUses = ValueParser.Int32(text.AsSpan(9)) ?? throw invalid };
            else if (text.StartsWith("inactive=", StringComparison.Ordinal))
                cache = cache with { Inactive = ValueParser.Seconds(text.AsSpan(9)) ?? throw invalid };
            else if (text.StartsWith("valid=", StringComparison.Ordinal))
                cache = cache with { Valid = ValueParser.Seconds(text.AsSpan(6)) ?? throw invalid };
            else
                throw invalid;
        }
        if (isOff)
            return null;
        if (cache.Max == 0)
            throw context.Refuse(context.Node.NameArgument, "\"open_log_file_cache\" must have \"max\" parameter");
        return cache;
    }

    private static ErrorLogLevel ReadLevel(BindContext context, Argument argument, ErrorLogLevel? earlier)
    {
        foreach (Choice<ErrorLogLevel> choice in s_levels)
        {
            if (choice.Name != argument.Value)
                continue;
            if (earlier is not null)
                throw context.Refuse(argument, $"duplicate log level \"{argument}\"");
            return choice.Value;
        }
        // nginx's debug_http and its like choose parts of its debug log; they add up.
        if (Array.IndexOf(s_debugLevels, argument.Value) >= 0 && earlier is null or ErrorLogLevel.Debug)
            return ErrorLogLevel.Debug;
        throw context.Refuse(argument, $"invalid log level \"{argument}\"", "the levels are debug, info, notice, warn, error, crit, alert and emerg");
    }

    private static LogEscape ReadEscape(BindContext context, Argument argument) => argument.Value[7..] switch
    {
        "json" => LogEscape.Json,
        "none" => LogEscape.None,
        "default" => LogEscape.Default,
        var other => throw context.Refuse(argument, $"unknown log format escaping \"{other}\""),
    };

    private static LogFormatConfig ReadFormat(BindContext context)
    {
        Argument name = context.Next();
        LogFormatRegistry formats = context.Session.LogFormats;
        if (formats.Find(name.Value) is { } format)
            return format;
        string hint = formats.Suggest(name.Value) is { } near ? $"did you mean \"{near}\"?" : "a log_format must stand above the access_log that uses it";
        throw context.Refuse(name, $"unknown log format \"{name}\"", hint);
    }

    /// <summary>Hawser's own: when tunnels are logged.</summary>
    private static AccessLogMoments ReadMoments(BindContext context, Argument argument, string text)
    {
        var moments = new AccessLogMoments(false, false, TimeSpan.Zero);
        foreach (string moment in text.Split(','))
        {
            moments = moment switch
            {
                "open" => moments with { Open = true },
                "close" => moments with { Close = true },
                _ when ValueParser.Milliseconds(moment) is { } every && every >= TimeSpan.FromSeconds(1) => moments with { Every = every },
                _ => throw context.Refuse(argument, $"invalid moment \"{moment}\"", "at= takes open, close and a time of at least one second, such as at=open,close,60s"),
            };
        }
        return moments;
    }

    private static AccessLogConfig Apply(BindContext context, Argument argument, AccessLogConfig log)
    {
        string text = argument.Value;
        if (text.StartsWith("buffer=", StringComparison.Ordinal))
        {
            long? size = ValueParser.Size(text.AsSpan(7));
            return log with { Buffer = size is null or 0 ? throw context.Refuse(argument, $"invalid buffer size \"{text[7..]}\"") : size.Value };
        }
        if (text.StartsWith("flush=", StringComparison.Ordinal))
        {
            TimeSpan time = ValueParser.Milliseconds(text.AsSpan(6)) ?? TimeSpan.Zero;
            return log with { Flush = time == TimeSpan.Zero ? throw context.Refuse(argument, $"invalid flush time \"{text[6..]}\"") : time };
        }
        if (text.StartsWith("at=", StringComparison.Ordinal))
            return log with { Moments = ReadMoments(context, argument, text[3..]) };
        if (text == "gzip" || text.StartsWith("gzip=", StringComparison.Ordinal))
        {
            int? level = text.Length == 4 ? 1 : ValueParser.Int32(text.AsSpan(5));
            if (level is null or < 1 or > 9)
                throw context.Refuse(argument, $"invalid compression level \"{text[5..]}\"");
            return log with { GzipLevel = level.Value, Buffer = log.Buffer == 0 ? DefaultGzipBuffer : log.Buffer };
        }
        if (text.StartsWith("if=", StringComparison.Ordinal))
            return log with { Condition = context.Template(argument, text[3..]) };
        throw context.InvalidParameter(argument);
    }
}
