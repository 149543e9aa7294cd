using System.Text;
using Hawser.Configuration.Directives;

namespace Hawser.Tests.Documentation;

/// <summary>Writes docs/directives.md from the one table of directives.</summary>
internal static class DirectiveReference
{
    private static readonly (DirectiveContexts Context, string Name)[] Contexts =
    [
        (DirectiveContexts.Main, "main"),
        (DirectiveContexts.Events, "events"),
        (DirectiveContexts.Http, "http"),
        (DirectiveContexts.Server, "server"),
        (DirectiveContexts.ServerIf, "if in server"),
        (DirectiveContexts.Location, "location"),
        (DirectiveContexts.LocationIf, "if in location"),
        (DirectiveContexts.LimitExcept, "limit_except"),
        (DirectiveContexts.Upstream, "upstream"),
        (DirectiveContexts.Map, "map"),
        (DirectiveContexts.Types, "types"),
    ];

    public static string Write()
    {
        var text = new StringBuilder(
            """
            # Directives

            Every directive Hawser has, by module of nginx; a directive that is not here is refused. The page is written from the table that the
            program reads configurations with, and a test compares the two.

            """);
        foreach (var module in DirectiveTable.All.GroupBy(directive => directive.Module))
        {
            text.Append($"\n## {module.Key}\n\n| directive | default | where | |\n|---|---|---|---|\n");
            foreach (var directive in module)
                text.Append(Row(directive));
        }

        return text.ToString();
    }

    private static string Row(Directive directive)
    {
        var syntax = string.Join("<br>", directive.Syntax.Select(form => $"`{$"{directive.Name} {form}".TrimEnd()}`"));
        var remarks = new List<string> { directive.Summary };
        if (directive.DifferenceFromNginx is { } difference)
            remarks.Add($"*Differs from nginx:* {difference}");
        if (directive.HasNoEffect)
            remarks.Add("*Accepted without effect.*");

        var defaultText = directive.DefaultText is { } value ? $"`{value}`" : "";
        return $"| {Cell(syntax)} | {Cell(defaultText)} | {Where(directive.Contexts)} | {Cell(string.Join(" ", remarks))} |\n";
    }

    private static string Where(DirectiveContexts contexts) => contexts == DirectiveContexts.Any
        ? "any"
        : string.Join(", ", Contexts.Where(context => contexts.HasFlag(context.Context)).Select(context => context.Name));

    /// <summary>A bar would end the cell, even inside code.</summary>
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
