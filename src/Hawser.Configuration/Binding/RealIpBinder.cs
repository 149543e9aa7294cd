using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>The realip module.</summary>
internal static class RealIpBinder
{
    public static ImmutableArray<TrustedProxy> TrustedProxy(BindContext context)
    {
        Argument argument = context.Next();
        if (argument.Value == "unix:")
            return [new TrustedProxy(IsUnix: true, [])];
        if (AccessBinder.ReadNetwork(context, argument) is { } network)
            return [new TrustedProxy(IsUnix: false, [network])];
        // Without a resolver nobody will serve this configuration: whoever looks at it need not know the addresses.
        if (context.Session.Options.ResolveHost is not { } resolve)
            return [];
        ImmutableArray<IPAddress> addresses = resolve(argument.Value);
        if (addresses.IsEmpty)
            throw context.Refuse(argument, $"host not found in set_real_ip_from \"{argument}\"");
        var networks = ImmutableArray.CreateBuilder<IPNetwork>(addresses.Length);
        foreach (IPAddress address in addresses)
            networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
        return [new TrustedProxy(IsUnix: false, networks.MoveToImmutable())];
    }

    public static RealIpHeader Header(BindContext context)
    {
        string name = context.Text();
        return name switch
        {
            "X-Real-IP" => new RealIpHeader(RealIpSource.XRealIp, ""),
            "X-Forwarded-For" => new RealIpHeader(RealIpSource.XForwardedFor, ""),
            "proxy_protocol" => new RealIpHeader(RealIpSource.ProxyProtocol, ""),
            _ => new RealIpHeader(RealIpSource.Field, name),
        };
    }
}
