using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// Who may come in (ngx_http_access_module, _auth_basic_, _auth_request_), who the client is (_realip_), and copies of requests (_mirror_).
public static partial class Known
{
    public static readonly Directive<ImmutableArray<AccessRule>> Allow = Modules.Access.List(
        "allow", In.HttpServerLocation | In.LimitExcept, Arity.One, "address | CIDR | unix: | all", AccessBinder.Rule,
        "Lets clients in. The first of allow and deny that matches decides.");

    public static readonly Directive<ImmutableArray<AccessRule>> Deny = Modules.Access.Add(
        new Directive<ImmutableArray<AccessRule>>(
            "deny", In.HttpServerLocation | In.LimitExcept, Arity.One, [], AccessBinder.Rule)
        {
            Syntax = ["address | CIDR | unix: | all"],
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => earlier.AddRange(later),
            SharedWith = Allow,
            Summary = "Keeps clients out: they get 403.",
        });

    public static readonly Directive<Satisfy> Satisfy = Modules.Http.Choice(
        "satisfy", In.HttpServerLocation, Model.Satisfy.All, "all", [new("all", Model.Satisfy.All), new("any", Model.Satisfy.Any)],
        "Whether all checks of access must pass or one is enough.");

    public static readonly Directive<TimeSpan> AuthDelay = Modules.Http.Time(
        "auth_delay", In.HttpServerLocation, TimeSpan.Zero, "0", "How long an answer of 401 is held back.");

    public static readonly Directive<Template?> AuthBasic = Modules.AuthBasic.Template(
        "auth_basic", In.HttpServerLocation | In.LimitExcept, "string | off", "Asks for a name and a password; the string is the realm shown with the question.");

    public static readonly Directive<Template?> AuthBasicUserFile = Modules.AuthBasic.Template(
        "auth_basic_user_file", In.HttpServerLocation | In.LimitExcept, "file",
        "The names and hashed passwords, one user:hash to a line, relative to the directory of nginx.conf.");

    public static readonly Directive<string?> AuthRequest = Modules.AuthRequest.Add(
        new Directive<string?>("auth_request", In.HttpServerLocation, Arity.One, null, AccessBinder.AuthRequest)
        {
            Syntax = ["uri | off"],
            DefaultText = "off",
            Summary = "Lets a subrequest decide: 2xx lets the client in, 401 and 403 keep it out.",
            DifferenceFromNginx = "The subrequest says that it has no body; nginx sends the client's Content-Length without one.",
        });

    public static readonly Directive<ImmutableArray<VariableAssignment>> AuthRequestSet = Modules.AuthRequest.List(
        "auth_request_set", In.HttpServerLocation, Arity.Two, "$variable value", AccessBinder.AuthRequestSet,
        "Sets a variable once the subrequest of auth_request is done; the value may use what it answered.");

    public static readonly Directive<ImmutableArray<TrustedProxy>> SetRealIpFrom = Modules.RealIp.List(
        "set_real_ip_from", In.HttpServerLocation, Arity.One, "address | CIDR | unix: | hostname", RealIpBinder.TrustedProxy,
        "Trusts a proxy to name the client. A host's addresses are looked up when the configuration is read.");

    public static readonly Directive<RealIpHeader> RealIpHeader = Modules.RealIp.Add(
        new Directive<RealIpHeader>(
            "real_ip_header", In.HttpServerLocation, Arity.One, new RealIpHeader(RealIpSource.XRealIp, ""), RealIpBinder.Header)
        {
            Syntax = ["field | X-Real-IP | X-Forwarded-For | proxy_protocol"],
            DefaultText = "X-Real-IP",
            Summary = "Where a trusted proxy names the client.",
        });

    public static readonly Directive<bool> RealIpRecursive = Modules.RealIp.Flag(
        "real_ip_recursive", In.HttpServerLocation, false,
        "Whether the client is the last address in the field that is not a trusted proxy's, instead of simply the last.");

    public static readonly Directive<MirrorConfig> Mirror = Modules.Mirror.Add(
        new Directive<MirrorConfig>("mirror", In.HttpServerLocation, Arity.One, MirrorConfig.Off, AccessBinder.Mirror)
        {
            Syntax = ["uri | off"],
            DefaultText = "off",
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => new MirrorConfig(earlier.Uris.AddRange(later.Uris)),
            Summary = "Sends a copy of each request there as well, and throws the answer away.",
        });

    public static readonly Directive<bool> MirrorRequestBody = Modules.Mirror.Flag(
        "mirror_request_body", In.HttpServerLocation, true, "Whether copies have the request's body, which is read whole first.");
}
