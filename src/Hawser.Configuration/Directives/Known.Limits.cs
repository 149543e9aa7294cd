using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_limit_conn_module, ngx_http_limit_req_module, and ngx_http_stub_status_module, which shows what there is to limit.
public static partial class Known
{
    private static readonly Choice<ErrorLogLevel>[] s_limitLevels =
    [
        new("info", ErrorLogLevel.Info), new("notice", ErrorLogLevel.Notice), new("warn", ErrorLogLevel.Warn), new("error", ErrorLogLevel.Error),
    ];

    public static readonly Directive<ImmutableArray<LimitZoneConfig>> LimitConnZone = Modules.LimitConn.List(
        "limit_conn_zone", In.Http, Arity.Two, "key zone=name:size", LimitBinder.ConnectionZone,
        "A zone that counts the requests under way for each value of the key.");

    public static readonly Directive<ImmutableArray<LimitConnConfig>> LimitConn = Modules.LimitConn.List(
        "limit_conn", In.HttpServerLocation, Arity.Two, "zone number", LimitBinder.Connections,
        "How many requests of one key may be under way at once. A WebSocket counts for as long as it lasts.");

    public static readonly Directive<ErrorLogLevel> LimitConnLogLevel = Modules.LimitConn.Choice(
        "limit_conn_log_level", In.HttpServerLocation, ErrorLogLevel.Error, "error", s_limitLevels, "The level at which refusals are logged.");

    public static readonly Directive<int> LimitConnStatus = LimitStatus(Modules.LimitConn, "limit_conn_status");

    public static readonly Directive<bool> LimitConnDryRun = Modules.LimitConn.Flag(
        "limit_conn_dry_run", In.HttpServerLocation, false, "Whether what would be refused is only counted and logged.");

    public static readonly Directive<ImmutableArray<LimitZoneConfig>> LimitReqZone = Modules.LimitReq.List(
        "limit_req_zone", In.Http, new Arity(3, 3), "key zone=name:size rate=rate", LimitBinder.RequestZone,
        "A zone that measures how often requests come for each value of the key. The rate is per second (r/s) or minute (r/m).");

    public static readonly Directive<ImmutableArray<LimitReqConfig>> LimitReq = Modules.LimitReq.List(
        "limit_req", In.HttpServerLocation, new Arity(1, 3), "zone=name [burst=number] [nodelay | delay=number]", LimitBinder.Requests,
        "Holds requests of one key to the zone's rate: within the burst they wait, beyond it they are refused.");

    public static readonly Directive<ErrorLogLevel> LimitReqLogLevel = Modules.LimitReq.Choice(
        "limit_req_log_level", In.HttpServerLocation, ErrorLogLevel.Error, "error", s_limitLevels,
        "The level at which refusals are logged; delays are logged one level below.");

    public static readonly Directive<int> LimitReqStatus = LimitStatus(Modules.LimitReq, "limit_req_status");

    public static readonly Directive<bool> LimitReqDryRun = Modules.LimitReq.Flag(
        "limit_req_dry_run", In.HttpServerLocation, false, "Whether what would be delayed or refused is only counted and logged.");

    public static readonly Directive<bool> StubStatus = Modules.StubStatus.Add(
        new Directive<bool>("stub_status", In.Server | In.Location, new Arity(0, 1), false, _ => true)
        {
            Syntax = [""],
            Inheritance = Inheritance.None,
            Summary = "Answers with the numbers of connections and requests.",
        });

    private static Directive<int> LimitStatus(DirectiveFactory module, string name) =>
        module.Add(new Directive<int>(name, In.HttpServerLocation, Arity.One, 503, LimitBinder.Status)
        {
            Syntax = ["code"],
            DefaultText = "503",
            Summary = "The status of refusals, 400 to 599.",
        });
}
