using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary><c>split_clients</c></summary>
internal static class SplitClientsBinder
{
    private const int Whole = 10_000;

    public static ImmutableArray<SplitClientsConfig> SplitClients(BindContext context)
    {
        Template source = context.Template();
        Argument name = context.Next();
        if (!name.Value.StartsWith('$'))
            throw context.Refuse(name, $"invalid variable name \"{name}\"", $"write \"${name}\"");
        string variable = context.Session.Variables.Declare(context, name, name.Value[1..]);
        var parts = ImmutableArray.CreateBuilder<SplitClientsPart>();
        LineBlock.Read(context, context.Node.Children, node => parts.Add(ReadPart(context.For(node), node)));
        int sum = 0;
        foreach (SplitClientsPart part in parts)
            sum = part.Hundredths == 0 ? Whole : sum + part.Hundredths;
        if (sum > Whole)
            throw context.RefuseAtEnd(context.Node.Span, "percent total is greater than 100%");
        return [new SplitClientsConfig(source, variable, parts.DrainToImmutable(), context.Node.Span)];
    }

    private static SplitClientsPart ReadPart(BindContext line, DirectiveNode node)
    {
        if (node.Arguments.Length != 1)
            throw line.Refuse(node.NameArgument, "invalid number of parameters", "each line has a percentage and a value");
        string value = node.Arguments[0].Value;
        if (node.Name == "*")
            return new SplitClientsPart(0, value);
        if (!node.Name.EndsWith('%') || ReadHundredths(node.Name.AsSpan(0, node.Name.Length - 1)) is not { } hundredths)
            throw line.Refuse(node.NameArgument, $"invalid percent value \"{node.Name}\"", "at most two decimals, as in 0.25%, and more than zero");
        return new SplitClientsPart(hundredths, value);
    }

    // "12", "12.5", "12.25"
    private static int? ReadHundredths(ReadOnlySpan<char> text)
    {
        int dot = text.IndexOf('.');
        ReadOnlySpan<char> fraction = dot < 0 ? default : text[(dot + 1)..];
        ReadOnlySpan<char> whole = dot < 0 ? text : text[..dot];
        if (fraction.Length > 2 || whole.Length + fraction.Length is 0 or > 8)
            return null;
        int value = 0;
        foreach (char c in whole)
        {
            if (!char.IsAsciiDigit(c))
                return null;
            value = value * 10 + (c - '0');
        }
        for (int i = 0; i < 2; i++)
        {
            char c = i < fraction.Length ? fraction[i] : '0';
            if (!char.IsAsciiDigit(c))
                return null;
            value = value * 10 + (c - '0');
        }
        return value == 0 ? null : value;
    }
}
