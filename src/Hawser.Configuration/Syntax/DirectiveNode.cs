using System.Collections.Immutable;

namespace Hawser.Configuration.Syntax;

/// <summary>A directive as written: its words and, if it opens a block, what the block holds.</summary>
public sealed class DirectiveNode
{
    internal DirectiveNode(Argument name, ImmutableArray<Argument> arguments, SourceSpan span, int ordinal)
    {
        NameArgument = name;
        Arguments = arguments;
        Span = span;
        Ordinal = ordinal;
        EndOrdinal = ordinal;
    }

    /// <summary>The first word.</summary>
    public Argument NameArgument { get; }

    /// <summary>The first word's value.</summary>
    public string Name => NameArgument.Value;

    /// <summary>The words after the name.</summary>
    public ImmutableArray<Argument> Arguments { get; }

    /// <summary>From the name to the <c>;</c> or <c>{</c>, both included.</summary>
    public SourceSpan Span { get; }

    /// <summary>True if the directive ended with <c>{</c>.</summary>
    public bool HasBlock { get; internal init; }

    /// <summary>What stands between the braces, in source order.</summary>
    public ImmutableArray<DirectiveNode> Children { get; internal set; } = [];

    /// <summary>The closing brace, or null where the block was never closed or there is none.</summary>
    public SourceSpan? CloseBrace { get; internal set; }

    /// <summary>For <c>include</c>: the files it named, in the order they were read. Empty for everything else.</summary>
    public ImmutableArray<IncludedFile> Includes { get; internal set; } = [];

    /// <summary>
    /// The line nginx reports for this directive: that of the terminating <c>;</c> or <c>{</c>, since nginx notices an error only there.
    /// </summary>
    public int ReportLine => Span.File.GetLine(Math.Max(Span.Start, Span.End - 1));

    /// <summary>Position in the order in which nginx would meet directives, files included.</summary>
    internal int Ordinal { get; }

    /// <summary>The position at which the block ends; equal to <see cref="Ordinal"/> without a block.</summary>
    internal int EndOrdinal { get; set; }

    /// <inheritdoc />
    public override string ToString() => Span.ToString();
}

/// <summary>A file that an <c>include</c> brought in at one place.</summary>
/// <param name="File">The text.</param>
/// <param name="Directives">What it holds at its top level.</param>
public sealed record IncludedFile(SourceFile File, ImmutableArray<DirectiveNode> Directives);
