using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>The rewrite module. All its directives add steps to one list, in source order.</summary>
internal static class RewriteBinder
{
    private static readonly Choice<RewriteFlag>[] s_flags =
    [
        new("last", RewriteFlag.Last), new("break", RewriteFlag.Break), new("redirect", RewriteFlag.Redirect), new("permanent", RewriteFlag.Permanent),
    ];

    public static ImmutableArray<RewriteStep> Rewrite(BindContext context)
    {
        Argument pattern = context.Next();
        Argument replacement = context.Next();
        if (replacement.Value.Length == 0)
            throw context.Refuse(replacement, "empty replacement");
        RegexPattern regex = context.Regex(pattern, pattern.Value, ignoreCase: false);
        RewriteFlag flag = context.HasMore ? ReadFlag(context) : RewriteFlag.None;
        bool appendsArguments = !replacement.Value.EndsWith('?');
        string text = appendsArguments ? replacement.Value : replacement.Value[..^1];
        int redirect = flag switch
        {
            RewriteFlag.Redirect => 302,
            RewriteFlag.Permanent => 301,
            _ => IsUrl(text) ? 302 : 0,
        };
        TemplateOptions options = redirect == 0 ? TemplateOptions.SplitArguments : TemplateOptions.None;
        Template template = context.Template(replacement, text, options);
        return [new RewriteRegexStep(regex, template, flag, redirect, appendsArguments, context.Node.Span)];
    }

    public static ImmutableArray<RewriteStep> Return(BindContext context)
    {
        Argument first = context.Next();
        int? status = ValueParser.Int32(first.Value);
        if (status is > 999 || (status is null && (context.HasMore || !IsUrl(first.Value))))
            throw context.Refuse(first, $"invalid return code \"{first}\"");
        if (status is null)
            return [new ReturnStep(302, context.Template(first), IsRedirect: true, context.Node.Span)];
        Template? text = context.HasMore ? context.Template() : null;
        bool isRedirect = text is not null && status is 301 or 302 or 303 or 307 or 308;
        return [new ReturnStep(status.Value, text, isRedirect, context.Node.Span)];
    }

    public static ImmutableArray<RewriteStep> Break(BindContext context) => [new BreakStep(context.Node.Span)];

    public static ImmutableArray<RewriteStep> Set(BindContext context)
    {
        Argument name = context.Next();
        if (!name.Value.StartsWith('$'))
            throw context.Refuse(name, $"invalid variable name \"{name}\"", $"write \"${name}\"");
        string variable = context.Session.Variables.Declare(context, name, name.Value[1..]);
        return [new SetStep(variable, context.Template(), context.Node.Span)];
    }

    public static ImmutableArray<RewriteStep> If(BindContext context)
    {
        // A wrong condition does not keep the inside from being checked.
        IfCondition condition = context.Attempt(() => ConditionReader.Read(context), new TruthCondition(""));
        bool inServer = context.Scope is ServerConfig;
        string pattern = (context.Scope as LocationConfig)?.Pattern ?? "";
        var scope = new LocationConfig(
            inServer ? ScopeKind.ServerIf : ScopeKind.LocationIf, LocationMatchKind.If, pattern, context.Scope, context.Node.Span);
        LocationBinder.BindInside(context, scope);
        return [new IfStep(condition, scope, context.Node.Span)];
    }

    private static RewriteFlag ReadFlag(BindContext context)
    {
        Argument argument = context.Next();
        foreach (Choice<RewriteFlag> choice in s_flags)
        {
            if (choice.Name == argument.Value)
                return choice.Value;
        }
        throw context.InvalidParameter(argument, "the flags are last, break, redirect and permanent");
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.Ordinal)
        || text.StartsWith("https://", StringComparison.Ordinal)
        || text.StartsWith("$scheme", StringComparison.Ordinal);
}
