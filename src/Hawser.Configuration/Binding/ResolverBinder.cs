using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>resolver</c></summary>
internal static class ResolverBinder
{
    public static ResolverConfig? Resolver(BindContext context)
    {
        var servers = ImmutableArray.CreateBuilder<EndpointAddress>();
        TimeSpan? valid = null;
        bool useIPv4 = true;
        bool useIPv6 = true;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string text = argument.Value;
            if (text.StartsWith("valid=", StringComparison.Ordinal))
                valid = ValueParser.Seconds(text.AsSpan(6)) ?? throw Invalid(context, argument);
            else if (text.StartsWith("ipv4=", StringComparison.Ordinal))
                useIPv4 = OnOff(context, argument);
            else if (text.StartsWith("ipv6=", StringComparison.Ordinal))
                useIPv6 = OnOff(context, argument);
            else
                servers.Add(Server(context, argument));
        }
        if (!useIPv4 && !useIPv6)
            throw context.Refuse(context.Last, "\"ipv4\" and \"ipv6\" cannot both be \"off\"");
        if (servers.Count == 0)
            throw context.Refuse(context.Node.NameArgument, "no name servers defined");
        return new ResolverConfig(servers.DrainToImmutable(), valid, useIPv4, useIPv6, context.Node.Span);
    }

    private static EndpointAddress Server(BindContext context, Argument argument)
    {
        ParsedAddress? parsed = AddressParser.Parse(argument.Value, 53, forListen: false, allowUri: false, out string? error);
        return parsed?.Address ?? throw context.Refuse(argument, $"{error} in resolver \"{argument}\"");
    }

    private static bool OnOff(BindContext context, Argument argument) => argument.Value[5..] switch
    {
        "on" => true,
        "off" => false,
        _ => throw Invalid(context, argument),
    };

    private static BindException Invalid(BindContext context, Argument argument) => context.Refuse(argument, $"invalid parameter: {argument}");
}
