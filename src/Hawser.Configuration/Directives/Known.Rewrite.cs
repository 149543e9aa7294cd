using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    private const DirectiveContexts RewriteContexts = In.Server | In.ServerIf | In.Location | In.LocationIf;

    public static readonly Directive<ImmutableArray<RewriteStep>> Rewrite = Modules.Rewrite.List(
        "rewrite", RewriteContexts, Arity.TwoOrThree, "regex replacement [last | break | redirect | permanent]", RewriteBinder.Rewrite,
        "Changes the URI of a request whose path matches, or redirects the client.", Inheritance.None);

    public static readonly Directive<ImmutableArray<RewriteStep>> Return = Step(
        "return", RewriteContexts, Arity.OneOrTwo, ["code [text]", "code URL", "URL"], RewriteBinder.Return,
        "Ends the processing and answers with a status. 444 closes the connection without an answer.");

    public static readonly Directive<ImmutableArray<RewriteStep>> Break = Step(
        "break", RewriteContexts, Arity.None, [""], RewriteBinder.Break, "Ends the processing of rewrite directives of the block.");

    public static readonly Directive<ImmutableArray<RewriteStep>> Set = Step(
        "set", RewriteContexts, Arity.Two, ["$variable value"], RewriteBinder.Set, "Sets a variable.");

    public static readonly Directive<ImmutableArray<RewriteStep>> If = Step(
        "if", In.Server | In.Location, Arity.OneOrMore.WithBlock(), ["(condition) { ... }"], RewriteBinder.If,
        "Runs the rewrite directives of the block if the condition holds; in a location the request then takes the block's settings.");

    public static readonly Directive<bool> RewriteLog = Modules.Rewrite.Flag(
        "rewrite_log", In.Http | RewriteContexts, false, "Whether rewrite directives are logged at the notice level.");

    public static readonly Directive<bool> UninitializedVariableWarn = Modules.Rewrite.Flag(
        "uninitialized_variable_warn", In.Http | RewriteContexts, true, "Whether the use of a variable that was never set is logged.");

    private static Directive<ImmutableArray<RewriteStep>> Step(
        string name, DirectiveContexts contexts, Arity arity, ImmutableArray<string> syntax, Func<BindContext, ImmutableArray<RewriteStep>> binder,
        string summary) =>
        Modules.Rewrite.Add(new Directive<ImmutableArray<RewriteStep>>(name, contexts, arity, [], binder)
        {
            Syntax = syntax,
            Repetition = Repetition.Append,
            Inheritance = Inheritance.None,
            Combine = (earlier, later) => earlier.AddRange(later),
            SharedWith = Rewrite,
            Summary = summary,
        });
}
