using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Templates;

namespace Hawser.Tests.Documentation;

/// <summary>Writes docs/directives/ from the tables of directives and variables: a page for each module and an index.</summary>
internal static class DirectiveReference
{
    private const string Generated =
        "<!-- Written from src/Hawser.Configuration/Directives and Templates; a test compares. Do not edit: see CONTRIBUTING.md. -->\n\n";

    private static readonly (DirectiveContexts Context, string Name)[] s_contexts =
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

    /// <summary>The pages by file name.</summary>
    public static SortedDictionary<string, string> Write()
    {
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var modules = DirectiveTable.All.Select(directive => directive.Module)
            .Union(KnownVariables.All.Select(variable => variable.Module))
            .Order(StringComparer.Ordinal)
            .ToArray();
        foreach (string module in modules)
            pages.Add($"{module}.md", ModulePage(module));
        pages.Add("README.md", Index(modules));
        return pages;
    }

    private static string Index(string[] modules)
    {
        var text = new StringBuilder(
            """
            # Directives and variables

            Everything Hawser has, by nginx's modules. The pages are written from the tables that the program reads configurations with.

            Sizes are bytes, with `k` or `m` kibibytes or mebibytes; offsets, such as the limit of a body, also take `g`. Times are seconds,
            or have the units `ms s m h d w M y`, also combined: `1h 30m` in quotes. Where only whole seconds count, `ms` is refused.

            ## Modules


            """.ReplaceLineEndings("\n"));
        foreach (string module in modules)
            text.Append($"- [{module}]({module}.md)\n");
        text.Append("\n## Directives\n\n");
        foreach (Directive directive in DirectiveTable.All.DistinctBy(directive => (directive.Name, directive.Module)).OrderBy(directive => directive.Name, StringComparer.Ordinal))
            text.Append($"- [{directive.Name}]({directive.Module}.md#{directive.Name})\n");
        text.Append("\n## Variables\n\n");
        foreach (KnownVariable variable in KnownVariables.All.OrderBy(variable => variable.Name, StringComparer.Ordinal))
            text.Append($"- [{NameOf(variable)}]({variable.Module}.md#variables)\n");
        AppendUnsupported(text);
        return Generated + text;
    }

    private static void AppendUnsupported(StringBuilder text)
    {
        text.Append("\n## Not supported yet\n\nThese are refused by name, never ignored. They may come.\n\n");
        foreach (UnsupportedModule module in UnsupportedDirectives.Modules.Where(module => module.Never is null))
            text.Append($"- {module.Module}: {Names(module)}\n");
        foreach ((string module, string names) in UnsupportedVariables.Modules)
            text.Append($"- variables of {module}: {string.Join(", ", names.Split(' ').Select(name => $"`${name}`"))}\n");
        text.Append("\n## Never supported\n\nThese are refused too, for the reason given.\n\n");
        foreach (UnsupportedModule module in UnsupportedDirectives.Modules.Where(module => module.Never is not null))
            text.Append($"- {module.Module}, because {module.Never}: {Names(module)}\n");
    }

    private static string Names(UnsupportedModule module) => string.Join(", ", module.Names.Split(' ').Select(name => $"`{name}`"));

    private static string ModulePage(string module)
    {
        var text = new StringBuilder($"{Generated}# {module}\n");
        foreach (Directive directive in DirectiveTable.All.Where(directive => directive.Module == module))
            Append(text, directive);
        KnownVariable[] variables = [.. KnownVariables.All.Where(variable => variable.Module == module)];
        if (variables.Length == 0)
            return text.ToString();
        text.Append("\n## Variables\n\n");
        foreach (KnownVariable variable in variables)
        {
            string settable = variable.IsSettable ? " `set` may change it." : "";
            text.Append($"- `{NameOf(variable)}`: {variable.Summary}{settable}\n");
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Directive directive)
    {
        text.Append($"\n## {directive.Name}\n\n```nginx\n");
        string end = directive.Arity.IsBlock ? "" : ";";
        foreach (string form in directive.Syntax)
            text.Append($"{$"{directive.Name} {form}".TrimEnd()}{end}\n");
        text.Append("```\n\n");
        text.Append($"Default: {(directive.DefaultText is { } value ? $"`{value}`" : "none")} · Contexts: {Where(directive.Contexts)}\n\n");
        text.Append(directive.Summary).Append('\n');
        if (directive.Inheritance is Configuration.Directives.Inheritance.List)
            text.Append("\nA block that has such lines takes none over from the block around it.\n");
        if (directive.DifferenceFromNginx is { } difference)
            text.Append($"\n**Differs from nginx:** {difference}\n");
        if (directive.HasNoEffect)
            text.Append("\nAccepted without effect.\n");
        if (directive.IsPending)
            text.Append("\nRead and checked, but without effect yet: a value other than the default draws a warning.\n");
    }

    private static string NameOf(KnownVariable variable) => variable.IsPrefix ? $"${variable.Name}NAME" : $"${variable.Name}";

    private static string Where(DirectiveContexts contexts) => contexts == DirectiveContexts.Any
        ? "any"
        : string.Join(", ", s_contexts.Where(context => contexts.HasFlag(context.Context)).Select(context => context.Name));
}
