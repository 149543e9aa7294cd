using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>The less regular directives of the proxy module.</summary>
internal static class ProxyBinder
{
    public static ProxyPassConfig? Pass(BindContext context)
    {
        Argument argument = context.Next();
        string url = argument.Value;
        if (url.Contains('$'))
            return new ProxyPassConfig(context.Template(argument), IsTls: false, null, "", "", context.Node.Span);

        bool isTls = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isTls && !url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            throw context.Refuse(argument, "invalid URL prefix", "the URL starts with http:// or https://");
        bool isLenient = context.Session.Options.IsLenient;
        string rest = url[(isTls ? 8 : 7)..];
        int defaultPort = isTls ? 443 : 80;
        ParsedAddress? parsed = AddressParser.Parse(rest, defaultPort, forListen: false, allowUri: true, out string? error);
        if (parsed is not { } target)
        {
            if (!isLenient)
                throw context.Refuse(argument, $"{error} in upstream \"{rest}\"");
            // The location is proxied, wherever to.
            context.Report(argument, $"{error} in upstream \"{rest}\"");
            return new ProxyPassConfig(Template.Constant(url), isTls, null, "", "", context.Node.Span);
        }
        context.Session.Upstreams.Use(context, argument, target.Address);
        CheckUri(context, argument, target.Uri);
        return new ProxyPassConfig(Template.Constant(url), isTls, target.Address, target.Uri, HostHeader(target.Address, defaultPort), context.Node.Span);
    }

    public static ProxyRewriteSet Redirect(BindContext context)
    {
        ProxyRewriteSet? existing = context.Existing<ProxyRewriteSet>();
        if (existing is { IsOff: true })
            throw context.RefuseDirective("is duplicate");
        if (context.Count == 2)
            return new ProxyRewriteSet(false, [RewriteRule(context, caselessByDefault: false, stripDots: false)]);

        Argument argument = context.Next();
        switch (argument.Value)
        {
            case "off" when existing is not null:
                throw context.RefuseDirective("is duplicate");
            case "off":
                return new ProxyRewriteSet(true, []);
            case "default":
                return new ProxyRewriteSet(false, [DefaultRedirect(context, argument)]);
            default:
                throw context.InvalidParameter(argument, "a redirect and its replacement are two parameters");
        }
    }

    public static ProxyRewriteSet CookieDomain(BindContext context) =>
        ReadOff(context) ? new ProxyRewriteSet(true, []) : new ProxyRewriteSet(false, [RewriteRule(context, caselessByDefault: true, stripDots: true)]);

    public static ProxyRewriteSet CookiePath(BindContext context) =>
        ReadOff(context) ? new ProxyRewriteSet(true, []) : new ProxyRewriteSet(false, [RewriteRule(context, caselessByDefault: false, stripDots: false)]);

    public static ProxyCookieFlagsSet CookieFlags(BindContext context)
    {
        ProxyCookieFlagsSet? existing = context.Existing<ProxyCookieFlagsSet>();
        if (existing is { IsOff: true })
            throw context.RefuseDirective("is duplicate");
        Argument cookie = context.Next();
        if (!context.HasMore)
        {
            if (cookie.Value != "off")
                throw context.InvalidParameter(cookie, "a cookie and its flags are meant, or \"off\"");
            return existing is null ? new ProxyCookieFlagsSet(true, []) : throw context.RefuseDirective("is duplicate");
        }

        RegexPattern? pattern = cookie.Value.StartsWith('~') ? context.Regex(cookie, cookie.Value[1..], ignoreCase: true) : null;
        Template? name = pattern is null ? context.Template(cookie) : null;
        var flags = ImmutableArray.CreateBuilder<Template>();
        while (context.HasMore)
            flags.Add(context.Template());
        return new ProxyCookieFlagsSet(false, [new ProxyCookieFlagsConfig(pattern, name, flags.DrainToImmutable(), context.Node.Span)]);
    }

    public static ProxyHttpVersion HttpVersion(BindContext context)
    {
        Argument argument = context.Next();
        return argument.Value switch
        {
            "1.0" => ProxyHttpVersion.Http10,
            "1.1" => ProxyHttpVersion.Http11,
            "2" => throw context.Refuse(argument, "\"proxy_http_version 2\" is not supported yet"),
            _ => throw context.Refuse(argument, $"invalid value \"{argument}\"", "1.0 or 1.1 is meant"),
        };
    }

    public static ImmutableArray<ProxyHeaderConfig> SetHeader(BindContext context)
    {
        string name = context.Text();
        return [new ProxyHeaderConfig(name, context.Template(), context.Node.Span)];
    }

    public static ImmutableArray<Template> EarlyHints(BindContext context)
    {
        var conditions = ImmutableArray.CreateBuilder<Template>();
        while (context.HasMore)
            conditions.Add(context.Template());
        return conditions.DrainToImmutable();
    }

    public static ProxyBindConfig? Bind(BindContext context)
    {
        Argument address = context.Next();
        if (address.Value == "off" && !context.HasMore)
            return null;
        Template template = context.Template(address);
        if (template.IsConstant && !IsAddress(template.ConstantValue))
            throw context.Refuse(address, $"invalid address \"{address}\"", "an IP address with or without a port is meant");
        bool isTransparent = context.HasMore;
        if (isTransparent && context.Next() is { Value: not "transparent" } argument)
            throw context.InvalidParameter(argument);
        return new ProxyBindConfig(template, isTransparent);
    }

    public static long SendLowat(BindContext context)
    {
        long size = context.Size();
        context.Warn(context.Node.NameArgument, $"\"{context.Directive.Name}\" is not supported, ignored");
        _ = size;
        return 0;
    }

    private static void CheckUri(BindContext context, Argument argument, string uri)
    {
        bool matchesByText = context.Scope is LocationConfig
        {
            MatchKind: LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex or LocationMatchKind.Exact,
        };
        if (uri.Length == 0 || matchesByText)
            return;
        throw context.Refuse(
            argument,
            "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, "
            + "or inside \"if\" statement, or inside \"limit_except\" block",
            $"leave \"{uri}\" out, or change the path with \"rewrite\"");
    }

    private static string HostHeader(EndpointAddress address, int defaultPort) => address.Kind switch
    {
        AddressKind.Unix => "localhost",
        _ => address.Port == defaultPort ? address.Host : $"{address.Host}:{address.Port}",
    };

    private static bool ReadOff(BindContext context)
    {
        ProxyRewriteSet? existing = context.Existing<ProxyRewriteSet>();
        if (existing is { IsOff: true })
            throw context.RefuseDirective("is duplicate");
        if (context.Count == 2)
            return false;
        Argument argument = context.Next();
        if (argument.Value != "off")
            throw context.InvalidParameter(argument);
        return existing is null ? true : throw context.RefuseDirective("is duplicate");
    }

    private static ProxyRewriteConfig RewriteRule(BindContext context, bool caselessByDefault, bool stripDots)
    {
        Argument from = context.Next();
        Argument to = context.Next();
        if (from.Value.StartsWith('~'))
        {
            bool star = !caselessByDefault && from.Value.StartsWith("~*", StringComparison.Ordinal);
            RegexPattern pattern = context.Regex(from, from.Value[(star ? 2 : 1)..], star || caselessByDefault);
            return new ProxyRewriteConfig(pattern, null, context.Template(to), IsDefault: false, context.Node.Span);
        }
        // A leading dot of a cookie's domain has no meaning.
        Template prefix = context.Template(from, WithoutDot(from.Value));
        return new ProxyRewriteConfig(null, prefix, context.Template(to, WithoutDot(to.Value)), IsDefault: false, context.Node.Span);

        string WithoutDot(string text) => stripDots && text.StartsWith('.') ? text[1..] : text;
    }

    private static ProxyRewriteConfig DefaultRedirect(BindContext context, Argument argument)
    {
        if (context.Scope.GetOwn(Known.ProxyPass) is not { Value: ProxyPassConfig pass })
        {
            throw context.Refuse(argument, "\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive");
        }
        if (pass.IsDynamic)
        {
            throw context.Refuse(
                argument, "\"proxy_redirect default\" cannot be used with \"proxy_pass\" directive with variables",
                "write the URL and its replacement out");
        }
        return DefaultRule(context.Scope, pass, context.Node.Span);
    }

    /// <summary>The rule that <c>default</c> stands for: the URL of <c>proxy_pass</c> becomes the location's path.</summary>
    internal static ProxyRewriteConfig DefaultRule(ConfigScope scope, ProxyPassConfig pass, SourceSpan span)
    {
        bool hasUri = pass.Uri.Length != 0;
        string url = pass.Url.ConstantValue;
        string path = scope is LocationConfig location ? location.Pattern : "";
        Template from = Template.Constant(hasUri ? url : url + "/");
        return new ProxyRewriteConfig(null, from, Template.Constant(hasUri ? path : "/"), IsDefault: true, span);
    }

    private static bool IsAddress(string text)
    {
        if (AddressParser.ParseIPv4(text) is not null || AddressParser.ParseIPv6(text) is not null)
            return true;
        ParsedAddress? parsed = AddressParser.Parse(text, 0, forListen: false, allowUri: false, out _);
        return parsed?.Address.Kind is AddressKind.IPv4 or AddressKind.IPv6;
    }
}
