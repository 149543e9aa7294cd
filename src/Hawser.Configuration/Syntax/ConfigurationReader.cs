using System.Collections.Immutable;
using Hawser.Configuration.Diagnostics;

namespace Hawser.Configuration.Syntax;

/// <summary>What was read: <c>-g</c> and the main file, with all included files in their places.</summary>
/// <param name="Globals">The directives of <c>-g</c>.</param>
/// <param name="Directives">The main file's.</param>
/// <param name="MainFile">The main file; null if it could not be read.</param>
internal sealed record ParsedConfiguration(
    ImmutableArray<DirectiveNode> Globals, ImmutableArray<DirectiveNode> Directives, SourceFile? MainFile);

/// <summary>Builds the tree of directives and follows <c>include</c>.</summary>
internal sealed class ConfigurationReader
{
    // Far beyond any configuration, and far from the end of the stack.
    private const int DeepestNesting = 200;

    private readonly LoadOptions _options;
    private readonly DiagnosticBag _diagnostics;
    private readonly Dictionary<string, SourceFile> _byPath = [];
    private readonly ImmutableArray<SourceFile>.Builder _files = ImmutableArray.CreateBuilder<SourceFile>();
    private readonly Stack<string> _open = [];
    private int _ordinal;
    private int _depth;

    public ConfigurationReader(LoadOptions options, DiagnosticBag diagnostics)
    {
        _options = options;
        _diagnostics = diagnostics;
        Prefix = options.Prefix.EndsWith('/') ? options.Prefix : options.Prefix + "/";
        Path = options.Files.GetFullPath(options.Path, Prefix);
        Directory = Path[..(Path.LastIndexOf('/') + 1)];
    }

    /// <summary>The prefix with a slash at its end.</summary>
    public string Prefix { get; }

    /// <summary>The main file's full path.</summary>
    public string Path { get; }

    /// <summary>The main file's directory, against which every relative include is taken, from whatever file.</summary>
    public string Directory { get; }

    /// <summary>The distinct files in the order they were first read.</summary>
    public ImmutableArray<SourceFile> Files => _files.ToImmutable();

    public ParsedConfiguration Read()
    {
        ImmutableArray<DirectiveNode> globals = [];
        if (_options.Globals is { } text)
            globals = Parse(SourceFile.FromCommandLine(text));

        FileContent content = _options.Files.Read(Path);
        if (content.Failure is { } failure)
        {
            _diagnostics.Add(new Diagnostic(Severity.Emergency, DescribeFailure(failure, Path)) { Ordinal = NextOrdinal() });
            return new ParsedConfiguration(globals, [], null);
        }
        SourceFile main = Add(Path, content.Bytes);
        _open.Push(Path);
        return new ParsedConfiguration(globals, Parse(main), main);
    }

    private int NextOrdinal() => ++_ordinal;

    private static string DescribeFailure(FileFailure failure, string path) =>
        $"{failure.Call} \"{path}\" failed ({failure.ErrorNumber}: {failure.Description})";

    private SourceFile Add(string path, ReadOnlyMemory<byte> bytes)
    {
        var file = new SourceFile(path, bytes);
        _byPath.Add(path, file);
        _files.Add(file);
        return file;
    }

    private ImmutableArray<DirectiveNode> Parse(SourceFile file)
    {
        var tokenizer = new Tokenizer(file, _diagnostics, NextOrdinal);
        return ParseBlock(file, tokenizer, opener: null);
    }

    /// <summary>Reads directives up to the brace that closes a block, or to the end of the file.</summary>
    /// <returns>The directives. A statement without a name is reported by the tokenizer and left out.</returns>
    private ImmutableArray<DirectiveNode> ParseBlock(SourceFile file, Tokenizer tokenizer, DirectiveNode? opener)
    {
        var nodes = ImmutableArray.CreateBuilder<DirectiveNode>();
        while (true)
        {
            StatementEnd end = tokenizer.Read();
            switch (end)
            {
                case StatementEnd.EndOfFile:
                    if (opener is not null)
                        ReportUnclosed(file, tokenizer, opener);
                    return nodes.DrainToImmutable();
                case StatementEnd.CloseBrace when opener is not null:
                    opener.CloseBrace = new SourceSpan(file, tokenizer.EndOffset, 1);
                    return nodes.DrainToImmutable();
                case StatementEnd.CloseBrace:
                    Report(new SourceSpan(file, tokenizer.EndOffset, 1), "unexpected \"}\"", "it closes no block of this file");
                    break;
                default:
                    DirectiveNode node = ReadNode(file, tokenizer, end == StatementEnd.OpenBrace);
                    if (node.Name.Length != 0 || node.NameArgument.Quoted)
                        nodes.Add(node);
                    break;
            }
        }
    }

    private DirectiveNode ReadNode(SourceFile file, Tokenizer tokenizer, bool opensBlock)
    {
        ImmutableArray<Argument> words = tokenizer.Words;
        Argument name = words.IsEmpty ? new Argument("", new SourceSpan(file, tokenizer.EndOffset, 1), false) : words[0];
        var span = new SourceSpan(file, name.Span.Start, tokenizer.EndOffset + 1 - name.Span.Start);
        var node = new DirectiveNode(name, words.IsEmpty ? [] : words[1..], span, NextOrdinal()) { HasBlock = opensBlock };
        if (opensBlock)
            ReadChildren(file, tokenizer, node);
        else if (node.Name == "include" && node.Arguments.Length == 1)
            Include(node);
        return node;
    }

    private void ReadChildren(SourceFile file, Tokenizer tokenizer, DirectiveNode node)
    {
        if (file.IsCommandLine)
            Report(node.Span, "block directives are not supported in -g option");
        if (++_depth > DeepestNesting)
        {
            if (_depth == DeepestNesting + 1)
                Report(node.Span, $"blocks are nested more than {DeepestNesting} deep");
            SkipBlock(tokenizer);
        }
        else
        {
            node.Children = ParseBlock(file, tokenizer, node);
        }
        _depth--;
        node.EndOrdinal = NextOrdinal();
    }

    private static void SkipBlock(Tokenizer tokenizer)
    {
        for (int open = 1; open > 0;)
        {
            switch (tokenizer.Read())
            {
                case StatementEnd.OpenBrace:
                    open++;
                    break;
                case StatementEnd.CloseBrace:
                    open--;
                    break;
                case StatementEnd.EndOfFile:
                    return;
                default:
                    break;
            }
        }
    }

    // Every block that is open at the end lacks its brace; the innermost says it for all. If the file ended within a statement, that was said already.
    private void ReportUnclosed(SourceFile file, Tokenizer tokenizer, DirectiveNode opener)
    {
        if (tokenizer.EndIsReported)
            return;
        tokenizer.EndIsReported = true;
        var end = new SourceSpan(file, file.Text.Length, 0);
        Report(end, "unexpected end of file, expecting \"}\"", $"the block of \"{opener.Name}\" in line {opener.Span.Line} is never closed");
    }

    private void Include(DirectiveNode node)
    {
        string path = _options.Files.GetFullPath(node.Arguments[0].Value, Directory);
        var included = ImmutableArray.CreateBuilder<IncludedFile>();
        if (GlobPattern.HasWildcards(path))
        {
            foreach (string match in _options.Files.Glob(path))
                IncludeFile(node, match, included);
        }
        else
        {
            IncludeFile(node, WithFallback(path), included);
        }
        node.Includes = included.DrainToImmutable();
    }

    /// <summary>nginx's packages bring a mime.types that nearly every configuration includes; where it is not installed, the program's own is read.</summary>
    private string WithFallback(string path)
    {
        const string MimeTypes = "mime.types";
        if (_options.FallbackIncludeDirectory is not { } directory || !path.EndsWith("/" + MimeTypes, StringComparison.Ordinal) || _options.Files.Exists(path))
            return path;
        string own = _options.Files.GetFullPath(MimeTypes, directory);
        return _options.Files.Exists(own) ? own : path;
    }

    private void IncludeFile(DirectiveNode node, string path, ImmutableArray<IncludedFile>.Builder included)
    {
        if (_open.Contains(path))
        {
            Report(node, $"\"include\" directive: \"{path}\" includes itself");
            return;
        }
        if (_depth >= DeepestNesting)
        {
            Report(node, $"files are included more than {DeepestNesting} deep");
            return;
        }
        if (!_byPath.TryGetValue(path, out SourceFile? file))
        {
            FileContent content = _options.Files.Read(path);
            if (content.Failure is { } failure)
            {
                Report(node, DescribeFailure(failure, path));
                return;
            }
            file = Add(path, content.Bytes);
        }
        _open.Push(path);
        _depth++;
        included.Add(new IncludedFile(file, Parse(file)));
        _depth--;
        _open.Pop();
    }

    private void Report(DirectiveNode node, string message) =>
        _diagnostics.Add(Severity.Emergency, node, node.Arguments[0].Span, message);

    private void Report(SourceSpan span, string message, string? hint = null) =>
        _diagnostics.Add(new Diagnostic(Severity.Emergency, message, span, hint)
        {
            Place = new ReportedPlace(span.File, span.File.GetLine(Math.Max(span.Start, span.End - 1))),
            Ordinal = NextOrdinal(),
        });
}
