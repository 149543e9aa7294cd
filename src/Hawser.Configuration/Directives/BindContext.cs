using Hawser.Configuration.Binding;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Directives;

/// <summary>
/// What a binder sees of one directive: its arguments as a cursor, the block it stands in, and ways to refuse. The cursor owns all positions;
/// no binder formats a place by hand.
/// </summary>
internal sealed class BindContext
{
    private int _next;

    public BindContext(BindSession session, DirectiveNode node, Directive directive, ConfigScope scope)
    {
        Session = session;
        Node = node;
        Directive = directive;
        Scope = scope;
    }

    public BindSession Session { get; }

    public DirectiveNode Node { get; }

    public Directive Directive { get; }

    public ConfigScope Scope { get; }

    public int Count => Node.Arguments.Length;

    public bool HasMore => _next < Count;

    /// <summary>The argument that was read last, to which a refusal without another place points.</summary>
    public Argument Current => _next == 0 ? Node.NameArgument : Node.Arguments[_next - 1];

    public Argument Last => Node.Arguments[^1];

    public Argument Next() => Node.Arguments[_next++];

    public Argument Peek() => Node.Arguments[_next];

    public string Text() => Next().Value;

    public bool Flag()
    {
        Argument argument = Next();
        if (argument.Value.Equals("on", StringComparison.OrdinalIgnoreCase))
            return true;
        if (argument.Value.Equals("off", StringComparison.OrdinalIgnoreCase))
            return false;
        throw Refuse(argument, $"invalid value \"{argument}\" in \"{Directive.Name}\" directive, it must be \"on\" or \"off\"");
    }

    public long Size() => ValueParser.Size(Next().Value) ?? throw InvalidValue();

    public long Offset() => ValueParser.Offset(Next().Value) ?? throw InvalidValue();

    public TimeSpan Milliseconds() => ValueParser.Milliseconds(Next().Value) ?? throw InvalidValue();

    public TimeSpan Seconds() => ValueParser.Seconds(Next().Value) ?? throw InvalidValue();

    /// <summary>A number, saturated at the greatest int: nginx's are wider, and nothing counts that far.</summary>
    public int Number() => ValueParser.Number(Next().Value) is { } value ? (int)Math.Min(value, int.MaxValue) : throw RefuseDirective("invalid number");

    public BufferSpec Buffers()
    {
        int? count = ValueParser.Int32(Next().Value);
        if (count is null or 0)
            throw InvalidValue();
        long? size = ValueParser.Size(Next().Value);
        if (size is null or 0)
            throw InvalidValue();
        return new BufferSpec(count.Value, size.Value);
    }

    public T Choice<T>(ReadOnlySpan<Choice<T>> choices)
    {
        Argument argument = Next();
        foreach (Choice<T> choice in choices)
        {
            if (choice.Name.Equals(argument.Value, StringComparison.OrdinalIgnoreCase))
                return choice.Value;
        }
        throw Refuse(argument, $"invalid value \"{argument}\"", HintFor(argument, choices));
    }

    /// <summary>Reads all arguments that are left as bits of a mask. A bit given twice is worth a warning.</summary>
    public int Mask(ReadOnlySpan<Choice<int>> choices, int present)
    {
        int mask = present;
        while (HasMore)
        {
            Argument argument = Peek();
            int bit = Choice(choices);
            if ((mask & bit) != 0)
                Warn(argument, $"duplicate value \"{argument}\"");
            mask |= bit;
        }
        return mask;
    }

    /// <summary>The value that this block has of the directive already, or the type's default.</summary>
    public T? Existing<T>() => Scope.GetOwn(Directive)?.Value is T value ? value : default;

    public Template Template() => Template(Next());

    public Template Template(Argument argument) => Template(argument, argument.Value);

    /// <summary>Parses a part of an argument, such as what follows <c>if=</c>.</summary>
    public Template Template(Argument argument, string text, TemplateOptions options = TemplateOptions.None)
    {
        Template template = TemplateParser.Parse(text, options, out string? error);
        if (error is not null)
            throw Refuse(argument, error);
        Session.Variables.Use(template, argument.Span);
        return template;
    }

    public DynamicSize DynamicSize()
    {
        Template template = Template();
        if (!template.IsConstant)
            return new DynamicSize(0, template);
        return new DynamicSize(ValueParser.Size(template.ConstantValue) ?? throw InvalidValue(), null);
    }

    public string FullPath(string path) => Session.Main.GetFullPath(path);

    public RegexPattern Regex(Argument argument, string text, bool ignoreCase) =>
        Session.Regexes.Declare(this, argument, text, ignoreCase);

    /// <summary>Ends this directive with an error in nginx's words.</summary>
    public BindException Refuse(Argument argument, string message, string? hint = null) => Refuse(argument.Span, message, hint);

    public BindException Refuse(SourceSpan span, string message, string? hint = null) => new(this, span, message, hint);

    /// <summary>Reports an error and goes on, so that more can be found.</summary>
    public void Report(Argument argument, string message, string? hint = null) =>
        Session.Diagnostics.Add(Severity.Emergency, Node, argument.Span, message, hint);

    /// <summary>Does a step whose failure is reported but does not end the directive.</summary>
    public T Attempt<T>(Func<T> step, T otherwise)
    {
        try
        {
            return step();
        }
        catch (BindException refused)
        {
            Session.Diagnostics.Add(refused.Diagnostic);
            return otherwise;
        }
    }

    /// <summary>The same context for a line of the directive's block.</summary>
    public BindContext For(DirectiveNode line) => new(Session, line, Directive, Scope);

    /// <summary>Ends this directive with an error that nginx reports at the line of another.</summary>
    public BindException RefuseElsewhere(Argument argument, string message, SourceFile file, int line) =>
        new(new Diagnostic(Severity.Emergency, message, argument.Span) { Place = new ReportedPlace(file, line), Ordinal = Node.Ordinal });

    /// <summary>Ends this block with an error that nginx notices at its closing brace.</summary>
    public BindException RefuseAtEnd(SourceSpan span, string message, string? hint = null) => new(AtEnd(span, message, hint));

    /// <summary>Reports an error that nginx notices at the block's closing brace, and goes on.</summary>
    public void ReportAtEnd(SourceSpan span, string message, string? hint = null) => Session.Diagnostics.Add(AtEnd(span, message, hint));

    /// <summary>Ends this directive with <c>"name" directive …</c>.</summary>
    public BindException RefuseDirective(string rest, string? hint = null) => Refuse(Current, $"\"{Directive.Name}\" directive {rest}", hint);

    public BindException InvalidValue() => RefuseDirective("invalid value");

    public BindException InvalidParameter(Argument argument, string? hint = null) => Refuse(argument, $"invalid parameter \"{argument}\"", hint);

    public BindException RefuseDuplicate(StoredSetting existing)
    {
        string hint = $"it is first set in {existing.Span.File.Path}:{existing.Span.Line}";
        return existing.SetBy == Directive
            ? Refuse(Node.NameArgument, $"\"{Directive.Name}\" directive is duplicate", hint)
            : Refuse(Node.NameArgument, $"\"{Directive.Name}\" directive is duplicate, \"{existing.SetBy.Name}\" directive was specified earlier", hint);
    }

    public void Warn(Argument argument, string message, string? hint = null) =>
        Session.Diagnostics.Add(Severity.Warning, Node, argument.Span, message, hint);

    private Diagnostic AtEnd(SourceSpan span, string message, string? hint)
    {
        SourceSpan end = Node.CloseBrace ?? Node.Span;
        return new Diagnostic(Severity.Emergency, message, span, hint)
        {
            Place = new ReportedPlace(end.File, end.Line),
            Ordinal = Node.EndOrdinal,
        };
    }

    /// <summary>A hint that names the word probably meant; null if none is near.</summary>
    public static string? SuggestWord(string word, IEnumerable<string> candidates) =>
        Spelling.Suggest(word, candidates) is { } name ? $"did you mean \"{name}\"?" : null;

    private static string? HintFor<T>(Argument argument, ReadOnlySpan<Choice<T>> choices)
    {
        var names = new string[choices.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = choices[i].Name;
        return SuggestWord(argument.Value, names);
    }
}

/// <summary>Ends the binding of one directive. The loader catches it, keeps the diagnostic and goes on with the next directive.</summary>
internal sealed class BindException : Exception
{
    public BindException(Diagnostic diagnostic)
        : base(diagnostic.Message) => Diagnostic = diagnostic;

    public BindException(BindContext context, SourceSpan span, string message, string? hint)
        : base(message)
    {
        Diagnostic = new Diagnostic(Severity.Emergency, message, span, hint)
        {
            Place = new ReportedPlace(context.Node.Span.File, context.Node.ReportLine),
            Ordinal = context.Node.Ordinal,
        };
    }

    public Diagnostic Diagnostic { get; }
}
