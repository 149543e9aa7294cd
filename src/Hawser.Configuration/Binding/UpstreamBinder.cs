using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>What stands in <c>upstream</c>.</summary>
internal static class UpstreamBinder
{
    private static readonly string[] s_parameters =
        ["weight=", "max_conns=", "max_fails=", "fail_timeout=", "backup", "down", "resolve", "service=", "drain", "route="];

    public static ImmutableArray<UpstreamServerConfig> Server(BindContext context)
    {
        ((UpstreamConfig)context.Scope).HasServerDirective = true;
        Argument address = context.Next();
        var server = new UpstreamServerConfig(
            new EndpointAddress("", AddressKind.HostName, "", null, 0, false), Weight: 1, MaxFails: 1, TimeSpan.FromSeconds(10), MaxConnections: 0,
            IsBackup: false, IsDown: false, Resolve: false, Service: null, context.Node.Span);
        while (context.HasMore)
            server = Apply(context, context.Next(), server);

        if (server.Service is not null && !server.Resolve)
            throw context.Refuse(address, $"service upstream \"{address}\" requires \"resolve\" parameter");
        ParsedAddress? parsed = AddressParser.Parse(address.Value, 80, forListen: false, allowUri: false, out string? error);
        if (parsed is null)
            throw context.Refuse(address, $"{error} in upstream \"{address}\"", HintForAddress(address.Value));
        EndpointAddress endpoint = parsed.Value.Address;
        if (server.Service is not null && endpoint.HasPort)
            throw context.Refuse(address, $"service upstream \"{address}\" may not have port");
        if (server.Service is not null && endpoint.Kind != AddressKind.HostName)
            throw context.Refuse(address, $"service upstream \"{address}\" requires domain name");
        return [server with { Address = endpoint }];
    }

    public static BalancingConfig? Hash(BindContext context)
    {
        Templates.Template key = context.Template();
        WarnIfRedefined(context);
        if (context.HasMore && context.Next() is { Value: not "consistent" } argument)
            throw context.InvalidParameter(argument);
        return new BalancingConfig(BalancingMethod.Hash, key, IsConsistent: context.Count == 2);
    }

    public static BalancingConfig? IpHash(BindContext context) => Method(context, BalancingMethod.IpHash);

    public static BalancingConfig? LeastConnections(BindContext context) => Method(context, BalancingMethod.LeastConnections);

    public static BalancingConfig? LeastTime(BindContext context)
    {
        WarnIfRedefined(context);
        Argument time = context.Next();
        if (context.HasMore && context.Next() is { Value: not "inflight" } argument)
            throw context.InvalidParameter(argument);
        return time.Value switch
        {
            "header" or "last_byte" => new BalancingConfig(BalancingMethod.LeastTime, UntilHeader: time.Value == "header", CountsInFlight: context.Count == 2),
            _ => throw context.Refuse(time, $"invalid value \"{time}\""),
        };
    }

    public static BalancingConfig? Random(BindContext context)
    {
        WarnIfRedefined(context);
        if (context.HasMore && context.Next() is { Value: not "two" } first)
            throw context.InvalidParameter(first);
        if (context.HasMore && context.Next() is { Value: not "least_conn" } second)
            throw context.InvalidParameter(second);
        return new BalancingConfig(BalancingMethod.Random, TwoChoices: context.Count != 0);
    }

    public static UpstreamKeepAlive KeepAlive(BindContext context)
    {
        Argument count = context.Next();
        int connections = ValueParser.Int32(count.Value) ?? throw context.Refuse(count, $"invalid value \"{count}\" in \"keepalive\" directive");
        if (context.HasMore && context.Next() is { Value: not "local" } argument)
            throw context.InvalidParameter(argument);
        return new UpstreamKeepAlive(connections, IsLocal: context.Count == 2);
    }

    public static string? Zone(BindContext context)
    {
        const long Smallest = 8 * 4096;
        Argument name = context.Next();
        if (name.Value.Length == 0)
            throw context.Refuse(name, "invalid zone name \"\"");
        if (!context.HasMore)
            return name.Value;
        Argument size = context.Next();
        long bytes = ValueParser.Size(size.Value) ?? throw context.Refuse(size, $"invalid zone size \"{size}\"");
        if (bytes < Smallest)
            throw context.Refuse(size, $"zone \"{name}\" is too small", "nginx wants 32k at least");
        return name.Value;
    }

    private static UpstreamServerConfig Apply(BindContext context, Argument argument, UpstreamServerConfig server)
    {
        string text = argument.Value;
        int equals = text.IndexOf('=');
        string value = equals < 0 ? "" : text[(equals + 1)..];
        switch (equals < 0 ? text : text[..(equals + 1)])
        {
            case "weight=":
                int? weight = ValueParser.Int32(value);
                return server with { Weight = weight is null or 0 ? throw Invalid() : weight.Value };
            case "max_conns=":
                return server with { MaxConnections = ValueParser.Int32(value) ?? throw Invalid() };
            case "max_fails=":
                return server with { MaxFails = ValueParser.Int32(value) ?? throw Invalid() };
            case "fail_timeout=":
                return server with { FailTimeout = ValueParser.Seconds(value) ?? throw Invalid() };
            case "backup":
                if (context.Scope.GetOwn(Known.Hash) is { Value: BalancingConfig { Method: not (BalancingMethod.LeastConnections or BalancingMethod.LeastTime) } })
                    throw context.Refuse(argument, $"balancing method does not support parameter \"{argument}\"");
                return server with { IsBackup = true };
            case "down":
                return server with { IsDown = true };
            case "resolve":
                return server with { Resolve = true };
            case "service=":
                return server with { Service = value.Length == 0 ? throw context.Refuse(argument, "service is empty") : value };
            case "drain" or "route=":
                throw context.Refuse(argument, $"the \"{text.TrimEnd('=')}\" parameter is not supported yet", "it belongs to sticky sessions");
            default:
                throw Invalid();
        }

        BindException Invalid() => context.InvalidParameter(argument, BindContext.SuggestWord(text, s_parameters));
    }

    private static BalancingConfig Method(BindContext context, BalancingMethod method)
    {
        WarnIfRedefined(context);
        return new BalancingConfig(method);
    }

    private static void WarnIfRedefined(BindContext context)
    {
        if (context.Scope.HasOwn(Known.Hash))
            context.Warn(context.Node.NameArgument, "load balancing method redefined");
    }

    private static string? HintForAddress(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? "a server in an upstream has no scheme; it belongs to proxy_pass" : null;
}
