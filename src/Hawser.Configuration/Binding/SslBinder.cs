using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>The less regular directives of the ssl modules.</summary>
internal static class SslBinder
{
    // nginx: 8 pages.
    private const long SmallestSharedCache = 8 * 4096;

    private static readonly Choice<int>[] s_protocols =
    [
        new("SSLv2", (int)SslProtocols.Ssl2), new("SSLv3", (int)SslProtocols.Ssl3), new("TLSv1", (int)SslProtocols.Tls10),
        new("TLSv1.1", (int)SslProtocols.Tls11), new("TLSv1.2", (int)SslProtocols.Tls12), new("TLSv1.3", (int)SslProtocols.Tls13),
    ];

    public static SslProtocols Protocols(BindContext context) => (SslProtocols)context.Mask(s_protocols, (int)context.Existing<SslProtocols>());

    public static ImmutableArray<SslFileConfig> Files(BindContext context) => [File(context)!];

    public static SslFileConfig File(BindContext context) => new(context.Template(), context.Node.Span);

    public static SslPathConfig Path(BindContext context) => new(context.Text(), context.Node.Span);

    public static ImmutableArray<SslPathConfig> Paths(BindContext context) => [Path(context)];

    public static ImmutableArray<SslCommandConfig> Command(BindContext context) => [new SslCommandConfig(context.Text(), context.Text(), context.Node.Span)];

    public static SslSessionCacheConfig SessionCache(BindContext context)
    {
        SslBuiltInCache? builtIn = null;
        int? builtInSize = null;
        string? sharedName = null;
        long sharedSize = 0;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            switch (argument.Value)
            {
                case "off":
                    builtIn = SslBuiltInCache.Off;
                    break;
                case "none":
                    builtIn = SslBuiltInCache.None;
                    break;
                case "builtin":
                    (builtIn, builtInSize) = (SslBuiltInCache.On, null);
                    break;
                case ['b', 'u', 'i', 'l', 't', 'i', 'n', ':', ..]:
                    builtIn = SslBuiltInCache.On;
                    builtInSize = ValueParser.Int32(argument.Value.AsSpan("builtin:".Length)) ?? throw Invalid(argument);
                    break;
                case ['s', 'h', 'a', 'r', 'e', 'd', ':', ..]:
                    (sharedName, sharedSize) = Shared(context, argument);
                    break;
                default:
                    throw Invalid(argument);
            }
        }
        return new SslSessionCacheConfig(
            builtIn ?? (sharedName is null ? SslBuiltInCache.None : SslBuiltInCache.SharedOnly), builtInSize, sharedName, sharedSize);

        BindException Invalid(Argument argument) => context.Refuse(argument, $"invalid session cache \"{argument}\"");
    }

    public static SslOcspCacheConfig? OcspCache(BindContext context)
    {
        Argument argument = context.Next();
        if (argument.Value == "off")
            return null;
        string[] parts = argument.Value.Split(':', 3);
        if (parts is not ["shared", { Length: > 0 }, _] || ValueParser.Size(parts[2]) is not { } size)
            throw context.Refuse(argument, $"invalid OCSP cache \"{argument}\"");
        return size < SmallestSharedCache ? throw context.Refuse(argument, $"OCSP cache \"{argument}\" is too small") : new SslOcspCacheConfig(parts[1], size);
    }

    /// <summary><c>ssl_certificate_cache</c>; null for off.</summary>
    public static CertificateCacheConfig? CertificateCache(BindContext context)
    {
        bool isOff = false;
        int? max = null;
        TimeSpan inactive = TimeSpan.FromSeconds(10);
        TimeSpan valid = TimeSpan.FromMinutes(1);
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string text = argument.Value;
            switch (text)
            {
                case "off":
                    isOff = true;
                    break;
                case ['m', 'a', 'x', '=', ..]:
                    max = ValueParser.Int32(text.AsSpan(4)) is > 0 and var number ? number : throw context.InvalidParameter(argument);
                    break;
                case ['i', 'n', 'a', 'c', 't', 'i', 'v', 'e', '=', ..]:
                    inactive = ValueParser.Seconds(text.AsSpan(9)) ?? throw context.InvalidParameter(argument);
                    break;
                case ['v', 'a', 'l', 'i', 'd', '=', ..]:
                    valid = ValueParser.Seconds(text.AsSpan(6)) ?? throw context.InvalidParameter(argument);
                    break;
                default:
                    throw context.InvalidParameter(argument);
            }
        }
        if (isOff)
            return null;
        return max is { } most
            ? new CertificateCacheConfig(most, inactive, valid)
            : throw context.Refuse(context.Node.NameArgument, $"\"{context.Directive.Name}\" must have the \"max\" parameter");
    }

    /// <summary><c>http2</c>: HTTP/2 is an offer to clients, who then go on with HTTP/1.1 (docs/decisions/0032).</summary>
    public static bool Http2(BindContext context)
    {
        bool isOn = context.Flag();
        if (isOn)
            context.Warn(context.Node.NameArgument, "HTTP/2 is not supported yet, clients are offered HTTP/1.1", "browsers use HTTP/1.1 for WebSockets in any case");
        return isOn;
    }

    private static (string Name, long Size) Shared(BindContext context, Argument argument)
    {
        string[] parts = argument.Value.Split(':', 3);
        if (parts is not [_, { Length: > 0 } name, _] || ValueParser.Size(parts[2]) is not { } size)
            throw context.Refuse(argument, $"invalid session cache \"{argument}\"");
        if (size < SmallestSharedCache)
            throw context.Refuse(argument, $"session cache \"{argument}\" is too small");
        return (name, size);
    }
}
