using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Patterns;

/// <summary>
/// Reads an expression by PCRE's grammar and writes it in .NET's. Options are resolved on the way: what is written needs none, but for
/// a few that are written in place. This file has sequences, quantifiers and literals.
/// </summary>
internal sealed partial class PcreTranslator
{
    // PCRE2's own default limits.
    private const int DeepestNesting = 250;
    private const int LargestRepeat = 65535;

    private readonly string _source;
    private readonly StringBuilder _output = new();
    private readonly ImmutableArray<NamedCapture>.Builder _names = ImmutableArray.CreateBuilder<NamedCapture>();
    private readonly List<Reference> _references = [];
    private Options _options;
    private int _at;
    private int _depth;

    public PcreTranslator(string source, bool ignoreCase)
    {
        _source = source;
        _options = ignoreCase ? Options.IgnoreCase : Options.None;
    }

    /// <summary>A reference to a group, which may follow it.</summary>
    private sealed record Reference(int Group, int Offset);

    [Flags]
    private enum Options
    {
        None = 0,
        IgnoreCase = 1,
        Multiline = 2,
        DotAll = 4,
        Extended = 8,
        Ungreedy = 16,
        NoAutoCapture = 32,
    }

    public ImmutableArray<NamedCapture> CaptureNames => _names.ToImmutable();

    public int CaptureCount { get; private set; }

    private bool AtEnd => _at >= _source.Length;

    private char Current => _source[_at];

    public string Translate()
    {
        CollectNames();
        ReadAlternatives();
        if (!AtEnd)
            throw Error("unmatched closing parenthesis", _at);
        foreach (Reference reference in _references)
        {
            if (reference.Group > CaptureCount || reference.Group == 0)
                throw Error("reference to non-existent subpattern", reference.Offset);
        }
        return _output.ToString();
    }

    private static PcreSyntaxException Error(string message, int offset) => new(message, offset);

    private PcreSyntaxException Unsupported(string what, int offset) =>
        new($"{what} cannot be translated for .NET's regular expressions", Math.Min(offset, _source.Length));

    private bool Has(Options option) => (_options & option) != 0;

    /// <summary>Reads up to the end or to the parenthesis that closes the group. Options set inside end with it.</summary>
    private void ReadAlternatives()
    {
        if (++_depth > DeepestNesting)
            throw Error("parentheses are too deeply nested", _at);
        Options outer = _options;
        while (!AtEnd && Current != ')')
        {
            if (Current == '|')
            {
                _output.Append('|');
                _at++;
            }
            else
            {
                ReadItem();
            }
        }
        _options = outer;
        _depth--;
    }

    private void ReadItem()
    {
        if (Has(Options.Extended) && SkipIgnored())
            return;
        int start = _output.Length;
        Atom atom = ReadAtom();
        if (atom != Atom.Nothing)
            ReadQuantifier(start, atom);
    }

    private enum Atom
    {
        /// <summary>Nothing was written: a comment, options, <c>\E</c>.</summary>
        Nothing,

        /// <summary>May be repeated.</summary>
        Repeatable,

        /// <summary>May not be repeated: an anchor.</summary>
        Anchor,
    }

    private Atom ReadAtom()
    {
        char c = Current;
        switch (c)
        {
            case '\\':
                return ReadEscape();
            case '(':
                return ReadGroup();
            case '[':
                ReadClass();
                return Atom.Repeatable;
            case '.':
                _at++;
                AppendSet(Has(Options.DotAll) ? default(ByteSet).Complement() : ByteSet.NotLineFeed);
                return Atom.Repeatable;
            case '^':
                _at++;
                // Unlike .NET's, PCRE's does not match after a line feed that ends the subject.
                _output.Append(Has(Options.Multiline) ? "(?:\\A|(?<=\\x0A)(?!\\z))" : "^");
                return Atom.Anchor;
            case '$':
                _at++;
                _output.Append(Has(Options.Multiline) ? "(?m:$)" : "$");
                return Atom.Anchor;
            case '*' or '+' or '?':
            case '{' when TryReadRepeat(_at, out _, out _, out _):
                throw Error("quantifier does not follow a repeatable item", _at);
            default:
                _at++;
                AppendLiteral(c);
                return Atom.Repeatable;
        }
    }

    private void AppendLiteral(char c)
    {
        if (Has(Options.IgnoreCase) && char.IsAsciiLetter(c))
            _output.Append('[').Append(char.ToUpperInvariant(c)).Append(char.ToLowerInvariant(c)).Append(']');
        else
            ByteSet.AppendEscaped(_output, c);
    }

    private void AppendSet(ByteSet set) => (Has(Options.IgnoreCase) ? set.WithBothCases() : set).AppendTo(_output);

    private void ReadQuantifier(int outputStart, Atom atom)
    {
        while (Has(Options.Extended) && SkipIgnored())
        {
        }
        if (AtEnd)
            return;
        int quantifierAt = _at;
        string quantifier;
        switch (Current)
        {
            case '*' or '+' or '?':
                quantifier = Current.ToString();
                _at++;
                break;
            case '{' when TryReadRepeat(_at, out int minimum, out int? maximum, out int end):
                quantifier = Describe(minimum, maximum, end);
                _at = end;
                break;
            default:
                return;
        }
        if (atom == Atom.Anchor)
            throw Error("quantifier does not follow a repeatable item", quantifierAt);
        AppendQuantifier(outputStart, quantifier);
    }

    private static string Describe(int minimum, int? maximum, int end)
    {
        if (minimum > LargestRepeat || maximum > LargestRepeat)
            throw Error("number too big in {} quantifier", end);
        if (maximum < minimum)
            throw Error("numbers out of order in {} quantifier", end);
        return maximum == minimum ? $"{{{minimum}}}" : $"{{{minimum},{maximum}}}";
    }

    private void AppendQuantifier(int outputStart, string quantifier)
    {
        char suffix = AtEnd ? '\0' : Current;
        if (suffix is '?' or '+')
            _at++;
        if (suffix == '+')
        {
            // Possessive: once matched, nothing is given back, which is what an atomic group does.
            _output.Insert(outputStart, "(?>").Append(quantifier).Append(')');
            return;
        }
        bool isLazy = (suffix == '?') != Has(Options.Ungreedy);
        _output.Append(quantifier).Append(isLazy ? "?" : "");
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>. Any other brace is a literal.</summary>
    private bool TryReadRepeat(int at, out int minimum, out int? maximum, out int end)
    {
        minimum = 0;
        maximum = null;
        end = at + 1;
        if (!TryReadDigits(ref end, out minimum) || end >= _source.Length)
            return false;
        if (_source[end] == ',')
        {
            end++;
            if (TryReadDigits(ref end, out int most))
                maximum = most;
        }
        else
        {
            maximum = minimum;
        }
        return end < _source.Length && _source[end++] == '}';
    }

    private bool TryReadDigits(ref int at, out int value)
    {
        int start = at;
        value = 0;
        for (; at < _source.Length && char.IsAsciiDigit(_source[at]); at++)
            value = Math.Min(value * 10 + (_source[at] - '0'), 10_000_000);
        return at > start;
    }

    /// <summary>With the option <c>x</c>: passes over one space or comment.</summary>
    private bool SkipIgnored()
    {
        if (AtEnd)
            return false;
        if (ByteSet.Space.Contains(Current))
        {
            _at++;
            return true;
        }
        if (Current != '#')
            return false;
        int end = _source.IndexOf('\n', _at);
        _at = end < 0 ? _source.Length : end + 1;
        return true;
    }
}
