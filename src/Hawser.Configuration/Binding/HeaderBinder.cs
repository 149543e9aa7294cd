using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary><c>expires</c>, <c>add_header</c>, <c>add_trailer</c></summary>
internal static class HeaderBinder
{
    public static ExpiresConfig Expires(BindContext context)
    {
        ExpiresKind kind = ExpiresKind.Access;
        if (context.Count == 2)
        {
            if (context.Next().Value != "modified")
                throw context.InvalidValue();
            kind = ExpiresKind.Modified;
        }
        Template value = context.Template();
        if (!value.IsConstant)
            return new ExpiresConfig(kind, TimeSpan.Zero, value);
        return ExpiresConfig.Parse(value.ConstantValue, kind, out string? error) ?? throw context.RefuseDirective(error!);
    }

    public static ImmutableArray<AddHeaderConfig> AddField(BindContext context)
    {
        string name = context.Text();
        Template value = context.Template();
        bool always = context.HasMore;
        if (always && context.Next() is { Value: not "always" } argument)
            throw context.InvalidParameter(argument, "only \"always\" may follow; a value with spaces needs quotes");
        return [new AddHeaderConfig(name, value, always, context.Node.Span)];
    }
}
