using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>One binding of one configuration: walks the tree of directives, finds each in the table and lets it bind.</summary>
/// <remarks>Errors are collected, and worded as nginx words them: docs/decisions/0012.</remarks>
internal sealed class BindSession
{
    public BindSession(LoadOptions options, MainConfig main, DiagnosticBag diagnostics)
    {
        Options = options;
        Main = main;
        Diagnostics = diagnostics;
        Regexes = new RegexRegistry(options.RegexValidator ?? Patterns.TranslationValidator.Instance);
    }

    public LoadOptions Options { get; }

    public MainConfig Main { get; }

    public DiagnosticBag Diagnostics { get; }

    public VariableRegistry Variables { get; } = new();

    public RegexRegistry Regexes { get; }

    public LogFormatRegistry LogFormats { get; } = new();

    public LogBufferRegistry LogBuffers { get; } = new();

    public ListenerRegistry Listeners { get; } = new();

    public UpstreamRegistry Upstreams { get; } = new();

    public ZoneNameRegistry Zones { get; } = new();

    public void Bind(ParsedConfiguration parsed)
    {
        BindBlock(parsed.Globals, Main);
        BindBlock(parsed.Directives, Main);
        if (Options.RequireEvents && parsed.MainFile is not null && !Main.HasOwn(Known.Events))
            Diagnostics.Add(new Diagnostic(Severity.Emergency, "no \"events\" section in configuration") { Ordinal = int.MaxValue });
    }

    /// <summary>Binds the directives of a block. Each error ends one directive, not the block.</summary>
    public void BindBlock(IReadOnlyList<DirectiveNode> nodes, ConfigScope scope)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            DirectiveNode node = nodes[i];
            try
            {
                BindNode(node, scope);
            }
            catch (BindException refused)
            {
                Diagnostics.Add(refused.Diagnostic);
            }
        }
    }

    private void BindNode(DirectiveNode node, ConfigScope scope)
    {
        Directive? directive = DirectiveTable.Find(node.Name, scope.Kind.ToContext());
        if (directive is null)
        {
            UnknownDirectives.Report(this, node, scope);
            Diagnostics.SuppressInside(node);
            return;
        }
        var context = new BindContext(this, node, directive, scope);
        if (!directive.Arity.IsBlock && node.HasBlock)
        {
            Diagnostics.SuppressInside(node);
            throw context.Refuse(new SourceSpan(node.Span.File, node.Span.End - 1, 1), $"directive \"{node.Name}\" is not terminated by \";\"", MissingSemicolon(node));
        }
        if (directive.Arity.IsBlock && !node.HasBlock)
            throw context.Refuse(node.NameArgument, $"directive \"{node.Name}\" has no opening \"{{\"");
        if (!directive.Arity.Accepts(node.Arguments.Length))
            throw context.Refuse(ArityCulprit(node, directive), $"invalid number of arguments in \"{node.Name}\" directive", MissingSemicolon(node) ?? SyntaxHint(directive));
        directive.Bind(context);
        foreach (IncludedFile file in node.Includes)
            BindBlock(file.Directives, scope);
    }

    private static SourceSpan ArityCulprit(DirectiveNode node, Directive directive)
    {
        int count = node.Arguments.Length;
        return count > directive.Arity.Maximum
            ? node.Arguments[directive.Arity.Maximum].Span.To(node.Arguments[count - 1].Span)
            : node.NameArgument.Span;
    }

    /// <summary>If a later line of the directive begins with the name of another, a semicolon is missing, and that is all there is to say.</summary>
    private static string? MissingSemicolon(DirectiveNode node)
    {
        Argument previous = node.NameArgument;
        foreach (Argument argument in node.Arguments)
        {
            bool startsLine = argument.Span.Line > previous.Span.Line;
            if (startsLine && !argument.Quoted && DirectiveTable.Find(argument.Value).Count > 0)
                return $"is a \";\" missing after \"{previous}\" in line {previous.Span.Line}?";
            previous = argument;
        }
        return null;
    }

    private static string SyntaxHint(Directive directive) => $"its syntax is: {string.Join(", or ", Forms(directive))}";

    private static IEnumerable<string> Forms(Directive directive)
    {
        foreach (string form in directive.Syntax)
        {
            string end = directive.Arity.IsBlock ? "" : ";";
            yield return form.Length == 0 ? directive.Name + end : $"{directive.Name} {form}{end}";
        }
    }
}
