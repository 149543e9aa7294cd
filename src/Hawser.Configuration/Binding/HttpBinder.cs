using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>The less regular directives of ngx_http_core_module.</summary>
internal static class HttpBinder
{
    private static readonly Choice<int>[] s_keepAliveDisable =
        [new("none", 4), new("msie6", (int)Model.KeepAliveDisable.Msie6), new("safari", (int)Model.KeepAliveDisable.Safari)];

    public static KeepAliveTimeout KeepAliveTimeout(BindContext context)
    {
        TimeSpan timeout = context.Milliseconds();
        TimeSpan header = context.HasMore ? context.Seconds() : TimeSpan.Zero;
        return new KeepAliveTimeout(timeout, header);
    }

    // "none" is a bit of its own, so that writing it twice is noticed.
    public static KeepAliveDisable KeepAliveDisable(BindContext context) =>
        (KeepAliveDisable)(context.Mask(s_keepAliveDisable, (int)context.Existing<KeepAliveDisable>()) & 3);

    public static long PoolSize(BindContext context)
    {
        // nginx's NGX_MIN_POOL_SIZE, as it is on 64-bit systems, and NGX_POOL_ALIGNMENT.
        const long Minimum = 112;
        const long Alignment = 16;
        long size = context.Size();
        if (size < Minimum)
            throw context.Refuse(context.Current, $"the pool size must be no less than {Minimum}");
        if (size % Alignment != 0)
            throw context.Refuse(context.Current, $"the pool size must be a multiple of {Alignment}");
        return size;
    }

    public static ImmutableArray<ErrorPageConfig> ErrorPage(BindContext context)
    {
        Argument target = context.Last;
        Argument beforeLast = context.Node.Arguments[^2];
        int codes = context.Count - 1;
        int overwrite = -1;
        if (beforeLast.Value.StartsWith('='))
        {
            codes--;
            if (codes == 0)
                throw context.Refuse(beforeLast, $"invalid value \"{beforeLast}\"", "the codes to handle stand before it");
            overwrite = beforeLast.Value.Length == 1
                ? 0
                : ValueParser.Int32(beforeLast.Value.AsSpan(1)) ?? throw context.Refuse(beforeLast, $"invalid value \"{beforeLast}\"");
        }

        (Template uri, string arguments) = SplitArguments(context.Template(target));
        var pages = ImmutableArray.CreateBuilder<ErrorPageConfig>(codes);
        for (int i = 0; i < codes; i++)
        {
            int status = ReadStatus(context, context.Next());
            pages.Add(new ErrorPageConfig(status, overwrite < 0 ? OverwriteFor(status) : overwrite, uri, arguments, context.Node.Span));
        }
        return pages.MoveToImmutable();
    }

    public static string Aio(BindContext context)
    {
        Argument argument = context.Next();
        if (argument.Value is "on" or "off" or "threads")
            return argument.Value;
        if (!argument.Value.StartsWith("threads=", StringComparison.Ordinal))
            throw context.InvalidValue();
        context.Template(argument, argument.Value[8..]);
        return argument.Value;
    }

    public static long? Directio(BindContext context) => context.Peek().Value == "off" ? Skip(context) : context.Offset();

    public static OpenFileCacheConfig? OpenFileCache(BindContext context)
    {
        int max = 0;
        TimeSpan inactive = TimeSpan.FromSeconds(60);
        bool isOff = false;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string text = argument.Value;
            BindException invalid = context.Refuse(argument, $"invalid \"open_file_cache\" parameter \"{argument}\"");
            if (text == "off")
                isOff = true;
            else if (text.StartsWith("max=", StringComparison.Ordinal))
                max = ValueParser.Int32(text.AsSpan(4)) is { } value and > 0 ? value : throw invalid;
            else if (text.StartsWith("inactive=", StringComparison.Ordinal))
                inactive = ValueParser.Seconds(text.AsSpan(9)) ?? throw invalid;
            else
                throw invalid;
        }
        if (isOff)
            return null;
        if (max == 0)
            throw context.Refuse(context.Node.NameArgument, "\"open_file_cache\" must have the \"max\" parameter");
        return new OpenFileCacheConfig(max, inactive);
    }

    public static SymlinkPolicy DisableSymlinks(BindContext context)
    {
        SymlinkCheck? check = null;
        Template? from = null;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            switch (argument.Value)
            {
                case "off":
                    check = SymlinkCheck.Off;
                    break;
                case "on":
                    check = SymlinkCheck.On;
                    break;
                case "if_not_owner":
                    check = SymlinkCheck.IfNotOwner;
                    break;
                case ['f', 'r', 'o', 'm', '=', ..]:
                    from = context.Template(argument, argument.Value[5..]);
                    break;
                default:
                    throw context.InvalidParameter(argument);
            }
        }
        if (check is null)
            throw context.Refuse(context.Current, "\"disable_symlinks\" must have \"off\", \"on\" or \"if_not_owner\" parameter");
        if (context.Count == 2 && from is null)
            throw context.Refuse(context.Last, $"duplicate parameters \"{context.Node.Arguments[0]} {context.Last}\"");
        if (from is not null && check == SymlinkCheck.Off)
            throw context.Refuse(context.Last, "\"from=\" cannot be used with \"off\" parameter");
        return new SymlinkPolicy(check.Value, from);
    }

    private static long? Skip(BindContext context)
    {
        context.Next();
        return null;
    }

    private static int ReadStatus(BindContext context, Argument argument)
    {
        int? status = ValueParser.Int32(argument.Value);
        if (status is null or 499)
            throw context.Refuse(argument, $"invalid value \"{argument}\"");
        if (status is < 300 or > 599)
            throw context.Refuse(argument, $"value \"{argument}\" must be between 300 and 599");
        return status.Value;
    }

    // nginx's own codes for kinds of bad requests are not for the wire.
    private static int OverwriteFor(int status) => status is 494 or 495 or 496 or 497 ? 400 : -1;

    private static (Template Uri, string Arguments) SplitArguments(Template target)
    {
        if (!target.IsConstant || !target.Source.StartsWith('/') || target.Source.IndexOf('?') is var mark && mark < 0)
            return (target, "");
        return (Template.Constant(target.Source[..mark]), target.Source[(mark + 1)..]);
    }
}
