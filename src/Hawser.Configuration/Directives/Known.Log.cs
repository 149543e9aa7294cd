using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    public static readonly Directive<ImmutableArray<LogFormatConfig>> LogFormat = Modules.Log.List(
        "log_format", In.Http, Arity.TwoOrMore, "name [escape=default | json | none] string ...", LogBinder.LogFormat,
        "Names a format for access logs.", Inheritance.None, "combined \"...\"");

    public static readonly Directive<AccessLogSet> AccessLog = Modules.Log.Add(
        new Directive<AccessLogSet>(
            "access_log", In.HttpServerLocation | In.LocationIf | In.LimitExcept, Arity.OneOrMore, new AccessLogSet(false, []), LogBinder.AccessLog)
        {
            DefaultFrom = LogBinder.DefaultAccessLog,
            Syntax =
            [
                "path [format [buffer=size] [gzip[=level]] [flush=time] [if=condition] [at=moments]]",
                "syslog:server=address[,facility=name][,severity=name][,tag=text][,nohostname] [format [if=condition] [at=moments]]", "off",
            ],
            DefaultText = "logs/access.log combined",
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => new AccessLogSet(earlier.IsOff || later.IsOff, earlier.Logs.AddRange(later.Logs)),
            Summary = "Where requests are logged, and in which format. buffer: lines are collected up to so many bytes, and for flush at most. gzip: what is "
                + "collected is written compressed, with level 1 (the default) to 9 and a buffer of 64k if none is given. if: only requests for which the "
                + "condition is neither empty nor 0. syslog: lines go as datagrams (RFC 3164) to a host, port 514 by default, or to a Unix socket. off cancels all "
                + "logs of the block. at: when a tunnel is logged, at its open, its close, and each time that passes, 1s at least; close if it is not given.",
        });

    public static readonly Directive<OpenLogFileCache?> OpenLogFileCache = Modules.Log.Add(
        new Directive<OpenLogFileCache?>("open_log_file_cache", In.HttpServerLocation, Arity.OneToFour, null, LogBinder.OpenLogFileCache)
        {
            Syntax = ["max=N [inactive=time] [min_uses=N] [valid=time]", "off"],
            DefaultText = "off",
            Summary = "Keeps log files open whose names have variables: at most max of them, those that are used min_uses times (1) within inactive (10s). After "
                + "valid (60s) a name is opened again, in case its file was moved.",
        });
}
