using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Says what is wrong with a directive that the block it stands in does not have.</summary>
internal static class UnknownDirectives
{
    public static void Report(BindSession session, DirectiveNode node, ConfigScope scope)
    {
        string name = node.Name;
        AssumeVariables(session, node);
        if (DirectiveTable.Find(name) is { Count: > 0 } elsewhere)
            Add(session, node, $"\"{name}\" directive is not allowed here", $"it belongs in {DescribePlaces(elsewhere)}");
        else if (UnsupportedDirectives.Find(name) is { } module)
            AddUnsupported(session, node, module);
        else if (UnsupportedDirectives.IsElsewhereOnly(name))
            Add(session, node, $"\"{name}\" directive is not allowed here", "it belongs in stream or mail");
        else
            Add(session, node, $"unknown directive \"{name}\"", UnsupportedDirectives.FindRemoved(name) ?? Suggest(name, scope));
    }

    private static void Add(BindSession session, DirectiveNode node, string message, string? hint) =>
        session.Diagnostics.Add(Severity.Emergency, node, node.NameArgument.Span, message, hint);

    private static void AddUnsupported(BindSession session, DirectiveNode node, UnsupportedModule module)
    {
        if (module.Never is { } reason)
            Add(session, node, $"\"{node.Name}\" directive is not supported", $"{reason} (nginx's {module.Module})");
        else
            Add(session, node, $"\"{node.Name}\" directive is not supported yet", $"it is a directive of nginx's {module.Module}");
    }

    private static string? Suggest(string name, ConfigScope scope)
    {
        DirectiveContexts context = scope.Kind.ToContext();
        var here = new List<string>();
        foreach (Directive directive in DirectiveTable.All)
        {
            if ((directive.Contexts & context) != 0)
                here.Add(directive.Name);
        }
        return BindContext.SuggestWord(name, here);
    }

    /// <summary>Variables that the directive would declare; that they are missing is not worth further errors.</summary>
    private static void AssumeVariables(BindSession session, DirectiveNode node)
    {
        if (node is { Name: "perl_set", Arguments: [{ Value: ['$', .. var variable] }, ..] })
            session.Variables.Assume(variable);
    }

    private static string DescribePlaces(IReadOnlyList<Directive> directives)
    {
        DirectiveContexts contexts = DirectiveContexts.None;
        foreach (Directive directive in directives)
            contexts |= directive.Contexts;

        var places = new List<string>();
        Place(DirectiveContexts.Main, "the top level");
        Place(DirectiveContexts.Events, "events");
        Place(DirectiveContexts.Http, "http");
        Place(DirectiveContexts.Server, "server");
        Place(DirectiveContexts.Location, "location");
        Place(DirectiveContexts.ServerIf | DirectiveContexts.LocationIf, "if");
        Place(DirectiveContexts.LimitExcept, "limit_except");
        Place(DirectiveContexts.Upstream, "upstream");
        return places.Count < 2 ? places[0] : string.Join(", ", places[..^1]) + " or " + places[^1];

        void Place(DirectiveContexts context, string name)
        {
            if ((contexts & context) != 0)
                places.Add(name);
        }
    }
}
