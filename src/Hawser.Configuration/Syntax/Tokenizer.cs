using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Diagnostics;

namespace Hawser.Configuration.Syntax;

/// <summary>What ended a statement.</summary>
internal enum StatementEnd
{
    /// <summary><c>;</c></summary>
    Semicolon,

    /// <summary><c>{</c></summary>
    OpenBrace,

    /// <summary><c>}</c>, without words before it.</summary>
    CloseBrace,

    /// <summary>The file is over.</summary>
    EndOfFile,
}

/// <summary>
/// Splits a text into statements by nginx's rules (ngx_conf_file.c): what ends a word, quotes, escapes, comments, braces of <c>${name}</c>. Where nginx
/// stops with an error, this reports it and goes on at the most likely place.
/// </summary>
internal sealed class Tokenizer
{
    // nginx reads files through a buffer of this size, and a word (or comment) must fit it.
    private const int LongestWord = 4096;

    private readonly SourceFile _file;
    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private readonly Func<int> _nextOrdinal;
    private readonly ImmutableArray<Argument>.Builder _words = ImmutableArray.CreateBuilder<Argument>();
    private int _at;

    /// <param name="file">The text.</param>
    /// <param name="diagnostics">Where errors go.</param>
    /// <param name="nextOrdinal">Gives positions in the order of directives.</param>
    public Tokenizer(SourceFile file, DiagnosticBag diagnostics, Func<int> nextOrdinal)
    {
        _file = file;
        _text = file.Text;
        _diagnostics = diagnostics;
        _nextOrdinal = nextOrdinal;
    }

    /// <summary>The words of the statement read last.</summary>
    public ImmutableArray<Argument> Words { get; private set; } = [];

    /// <summary>Offset of the character that ended the statement.</summary>
    public int EndOffset { get; private set; }

    /// <summary>True once an error about the end of the file was reported, so that unclosed blocks need not be.</summary>
    public bool EndIsReported { get; set; }

    /// <summary>Reads up to the next <c>;</c>, brace or the end. Always moves on.</summary>
    public StatementEnd Read()
    {
        _words.Clear();
        while (true)
        {
            SkipSpace();
            if (_at >= _text.Length)
                return AtEnd();
            char c = _text[_at];
            switch (c)
            {
                case '#':
                    if (!SkipComment())
                        return Finish(StatementEnd.EndOfFile);
                    break;
                case ';' or '{' when _words.Count == 0:
                    Report(_at, 1, $"unexpected \"{c}\"");
                    if (c == '{')
                        return Finish(StatementEnd.OpenBrace);
                    _at++;
                    break;
                case ';':
                    return Finish(StatementEnd.Semicolon);
                case '{':
                    return Finish(StatementEnd.OpenBrace);
                case '}' when _words.Count == 0:
                    return Finish(StatementEnd.CloseBrace);
                case '}':
                    Report(_at, 1, "unexpected \"}\"", $"is a \";\" missing after \"{_words[^1]}\"?");
                    // The directive counts as ended here; the brace is read again.
                    EndOffset = _words[^1].Span.End - 1;
                    Words = _words.ToImmutable();
                    return StatementEnd.Semicolon;
                default:
                    if (!ReadWord(c))
                        return Finish(StatementEnd.EndOfFile);
                    break;
            }
        }
    }

    private StatementEnd Finish(StatementEnd end)
    {
        EndOffset = Math.Min(_at, _text.Length);
        if (_at < _text.Length)
            _at++;
        Words = _words.ToImmutable();
        return end;
    }

    private StatementEnd AtEnd()
    {
        if (_words.Count != 0)
            ReportEnd(null);
        return Finish(StatementEnd.EndOfFile);
    }

    private void ReportEnd(string? hint)
    {
        EndIsReported = true;
        string message = _file.IsCommandLine
            ? "unexpected end of parameter, expecting \";\""
            : "unexpected end of file, expecting \";\" or \"}\"";
        Report(_text.Length, 0, message, hint);
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';

    private void SkipSpace()
    {
        while (_at < _text.Length && IsSpace(_text[_at]))
            _at++;
    }

    private bool SkipComment()
    {
        int start = _at;
        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
        return CheckLength(start, start, _at, quote: '\0');
    }

    /// <summary>Reads one word and what must follow it. False if the rest of the file is beyond reading.</summary>
    private bool ReadWord(char first)
    {
        int start = _at;
        bool quoted = first is '"' or '\'';
        if (!(quoted ? FindClosingQuote(first) : FindWordEnd()))
            return false;
        int valueStart = quoted ? start + 1 : start;
        int valueEnd = _at;
        if (quoted)
            _at++;
        if (!CheckLength(start, valueStart, valueEnd, quoted ? first : '\0'))
            return false;
        var span = new SourceSpan(_file, start, _at - start);
        _words.Add(new Argument(Unescape(_text.AsSpan(valueStart, valueEnd - valueStart)), span, quoted));
        if (quoted)
            CheckAfterQuote();
        return true;
    }

    private bool FindClosingQuote(char quote)
    {
        int start = _at++;
        for (; _at < _text.Length; _at++)
        {
            if (_text[_at] == '\\')
                _at++;
            else if (_text[_at] == quote)
                return true;
        }
        _at = _text.Length;
        if (CheckLength(start, start + 1, _at, quote))
            ReportEnd($"the {quote} of line {_file.GetLine(start)} is never closed");
        return false;
    }

    private bool FindWordEnd()
    {
        int start = _at;
        bool afterDollar = false;
        for (; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            // A brace right after a dollar belongs to the word: ${name}.
            if (c == '{' && afterDollar)
                continue;
            afterDollar = c == '$';
            if (c == '\\')
                _at++;
            else if (_at > start && (IsSpace(c) || c is ';' or '{'))
                return true;
        }
        _at = _text.Length;
        if (CheckLength(start, start, _at, quote: '\0'))
            ReportEnd(null);
        return false;
    }

    /// <summary>After a closing quote, nginx wants a space, <c>;</c>, <c>{</c> or <c>)</c>. A <c>}</c> is reported by the caller.</summary>
    private void CheckAfterQuote()
    {
        if (_at >= _text.Length || IsSpace(_text[_at]) || _text[_at] is ';' or '{' or '}' or ')')
            return;
        Report(_at, 1, $"unexpected \"{_text[_at]}\"", "a space is missing after the closing quote");
    }

    /// <summary>Reports a word that nginx's buffer does not hold. The file is given up then: as a rule a quote is missing, and all that follows is upside down.</summary>
    private bool CheckLength(int tokenStart, int start, int end, char quote)
    {
        // nginx notices only when it has to read on: a word of exactly that length at the end of the file passes.
        if (end - start < LongestWord || start + LongestWord >= _text.Length)
            return true;
        string message = quote == '\0'
            ? $"too long parameter \"{_text.AsSpan(start, 10)}...\" started"
            : $"too long parameter, probably missing terminating \"{quote}\" character";
        Report(tokenStart, 1, message);
        EndIsReported = true;
        _at = _text.Length;
        return false;
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        if (!raw.Contains('\\'))
            return raw.ToString();
        var value = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            char next = raw[i] == '\\' && i + 1 < raw.Length ? raw[i + 1] : '\0';
            char? replacement = next switch
            {
                '"' or '\'' or '\\' => next,
                't' => '\t',
                'r' => '\r',
                'n' => '\n',
                // Every other backslash stays, so that regular expressions need no doubling.
                _ => null,
            };
            if (replacement is not null)
                i++;
            value.Append(replacement ?? raw[i]);
        }
        return value.ToString();
    }

    private void Report(int offset, int length, string message, string? hint = null) =>
        _diagnostics.Add(new Diagnostic(Severity.Emergency, message, new SourceSpan(_file, offset, length), hint)
        {
            Place = new ReportedPlace(_file, _file.GetLine(offset)),
            Ordinal = _nextOrdinal(),
        });
}
