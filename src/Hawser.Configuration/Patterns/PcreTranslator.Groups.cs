using Hawser.Configuration.Model;

namespace Hawser.Configuration.Patterns;

// Groups: captures, names, look-around, options, conditions.
internal sealed partial class PcreTranslator
{
    private readonly Dictionary<string, int> _numbersByName = [];

    private Atom ReadGroup()
    {
        int open = _at++;
        if (AtEnd)
            throw Error("missing closing parenthesis", _source.Length);
        if (Current == '*')
            throw Unsupported("a verb such as (*UTF) or (*SKIP)", open);
        if (Current != '?')
        {
            if (Has(Options.NoAutoCapture))
                return ReadInside("(?:");
            return ReadCapture();
        }

        _at++;
        if (AtEnd)
            throw Error("unrecognized character after (? or (?-", _source.Length);
        switch (Current)
        {
            case ':' or '=' or '!' or '>':
                return ReadInside($"(?{_source[_at++]}");
            case '<' when Peek(1) is '=' or '!':
                _at += 2;
                return ReadInside($"(?<{_source[_at - 1]}");
            case '<':
                return ReadNamedCapture('>');
            case '\'':
                return ReadNamedCapture('\'');
            case 'P':
                return ReadPythonGroup(open);
            case '#':
                return SkipComment(open);
            case '(':
                return ReadCondition();
            case '|':
                throw Unsupported("a group that numbers its alternatives alike, (?|...),", open);
            case 'R' or '&' or '+' or >= '0' and <= '9':
                throw Unsupported("a recursion", open);
            case '-' when char.IsAsciiDigit(Peek(1)):
                throw Unsupported("a recursion", open);
            case 'C':
                throw Unsupported("a callout", open);
            default:
                return ReadOptions(open);
        }
    }

    private char Peek(int ahead) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    private Atom ReadInside(string opening)
    {
        _output.Append(opening);
        ReadAlternatives();
        Close();
        return Atom.Repeatable;
    }

    private void Close()
    {
        if (AtEnd)
            throw Error("missing closing parenthesis", _source.Length);
        _at++;
        _output.Append(')');
    }

    // .NET numbers named groups after all others; a number for a name keeps PCRE's order.
    private Atom ReadCapture() => ReadInside($"(?<{++CaptureCount}>");

    private Atom ReadNamedCapture(char terminator)
    {
        _at++;
        string name = ReadName(terminator);
        foreach (NamedCapture existing in _names)
        {
            if (existing.Name == name)
                throw Error("two named subpatterns have the same name (PCRE2_DUPNAMES not set)", _at - 1);
        }
        _names.Add(new NamedCapture(name, CaptureCount + 1));
        return ReadCapture();
    }

    private Atom ReadPythonGroup(int open)
    {
        _at++;
        if (AtEnd)
            throw Error("unrecognized character after (?P", _source.Length);
        switch (Current)
        {
            case '<':
                return ReadNamedCapture('>');
            case '=':
                _at++;
                AppendReference(ReadName(')'));
                return Atom.Repeatable;
            case '>':
                throw Unsupported("a recursion", open);
            default:
                throw Error("unrecognized character after (?P", _at);
        }
    }

    private string ReadName(char terminator)
    {
        const int Longest = 32;
        int start = _at;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(Current) || Current == '_'))
            _at++;
        string name = _source[start.._at];
        if (name.Length == 0)
            throw Error("subpattern name expected", start);
        if (char.IsAsciiDigit(name[0]))
            throw Error("subpattern name must start with a non-digit", start);
        if (name.Length > Longest)
            throw Error($"subpattern name is too long (maximum {Longest} code units)", _at);
        if (AtEnd || Current != terminator)
            throw Error("syntax error in subpattern name (missing terminator?)", _at);
        _at++;
        return name;
    }

    /// <summary>A reference may stand before its group, so the numbers of all names are found before anything is written.</summary>
    private void CollectNames()
    {
        int number = 0;
        bool inClass = false;
        for (int i = 0; i < _source.Length; i++)
        {
            char c = _source[i];
            if (c == '\\')
            {
                i = i + 1 < _source.Length && _source[i + 1] == 'Q' ? EndOfQuote(i + 2) : i + 1;
            }
            else if (inClass)
            {
                inClass = c != ']';
            }
            else if (c == '[')
            {
                // A bracket in the first place is a member of the class.
                inClass = true;
                if (i + 1 < _source.Length && _source[i + 1] == '^')
                    i++;
                if (i + 1 < _source.Length && _source[i + 1] == ']')
                    i++;
            }
            else if (c == '(')
            {
                CollectName(i, ref number);
            }
        }
    }

    private int EndOfQuote(int from)
    {
        int end = _source.IndexOf("\\E", from, StringComparison.Ordinal);
        return end < 0 ? _source.Length : end + 1;
    }

    private void CollectName(int open, ref int number)
    {
        ReadOnlySpan<char> rest = _source.AsSpan(open + 1);
        if (rest.StartsWith("*"))
            return;
        if (!rest.StartsWith("?"))
        {
            number++;
            return;
        }
        int nameAt = rest.StartsWith("?P<") ? 3 : rest.StartsWith("?<") || rest.StartsWith("?'") ? 2 : 0;
        if (nameAt == 0 || nameAt >= rest.Length || rest[nameAt] is '=' or '!')
            return;
        number++;
        ReadOnlySpan<char> name = rest[nameAt..];
        int end = name.IndexOfAny('>', '\'');
        if (end > 0)
            _numbersByName.TryAdd(name[..end].ToString(), number);
    }

    private void AppendReference(string name)
    {
        if (!_numbersByName.TryGetValue(name, out int number))
            throw Error("reference to non-existent subpattern", _at);
        AppendReference(number);
    }

    private void AppendReference(int number)
    {
        _references.Add(new Reference(number, _at));
        _output.Append(Has(Options.IgnoreCase) ? $"(?i:\\k<{number}>)" : $"\\k<{number}>");
    }

    private Atom SkipComment(int open)
    {
        int end = _source.IndexOf(')', open);
        if (end < 0)
            throw Error("missing ) after (?# comment", _source.Length);
        _at = end + 1;
        return Atom.Nothing;
    }

    /// <summary><c>(?(1)yes|no)</c>, <c>(?(&lt;name&gt;)yes|no)</c> or with a look-around as the condition.</summary>
    private Atom ReadCondition()
    {
        if (Peek(1) == '?')
        {
            bool isAssertion = Peek(2) is '=' or '!' || (Peek(2) == '<' && Peek(3) is '=' or '!');
            if (!isAssertion)
                throw Error("assertion expected after (?( or (?(?C)", _at + 2 < _source.Length ? _at + 2 : _source.Length);
            _output.Append("(?");
            ReadGroup();
            return ReadBranches();
        }

        int conditionAt = _at++;
        int end = _source.IndexOf(')', _at);
        if (end < 0)
            throw Error("missing closing parenthesis", _source.Length);
        string condition = _source[_at..end];
        if (condition.Length > 2 && condition[0] is '<' or '\'')
            condition = condition[1..^1];
        if (condition is "R" or "DEFINE" || condition.StartsWith("R&", StringComparison.Ordinal))
            throw Unsupported("a condition about recursion", conditionAt);
        if (!int.TryParse(condition, out int number) && !_numbersByName.TryGetValue(condition, out number))
            throw Error("reference to non-existent subpattern", conditionAt + 1);
        _references.Add(new Reference(number, conditionAt + 1));
        _at = end + 1;
        _output.Append("(?(").Append(number).Append(')');
        return ReadBranches();
    }

    private Atom ReadBranches()
    {
        int sourceStart = _at;
        ReadAlternatives();
        if (CountBranches(sourceStart, _at) > 2)
            throw Error("conditional subpattern contains more than two branches", _at);
        Close();
        return Atom.Repeatable;
    }

    private int CountBranches(int from, int to)
    {
        int branches = 1;
        int depth = 0;
        for (int i = from; i < to; i++)
        {
            switch (_source[i])
            {
                case '\\':
                    i++;
                    break;
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case '|' when depth == 0:
                    branches++;
                    break;
                default:
                    break;
            }
        }
        return branches;
    }

    /// <summary><c>(?i)</c>, <c>(?i-s)</c>, <c>(?^)</c>, <c>(?i:...)</c></summary>
    private Atom ReadOptions(int open)
    {
        Options options = _options;
        bool clear = false;
        for (; !AtEnd && Current is not (')' or ':'); _at++)
        {
            if (Current == '-' && !clear)
            {
                clear = true;
                continue;
            }
            if (Current == '^' && _at == open + 2)
            {
                options = Options.None;
                continue;
            }
            Options option = Current switch
            {
                'i' => Options.IgnoreCase,
                'm' => Options.Multiline,
                's' => Options.DotAll,
                'x' => Options.Extended,
                'U' => Options.Ungreedy,
                'n' => Options.NoAutoCapture,
                'J' => throw Unsupported("the option J", _at),
                _ => throw Error("unrecognized character after (? or (?-", _at),
            };
            options = clear ? options & ~option : options | option;
        }
        if (AtEnd)
            throw Error("missing closing parenthesis", _source.Length);
        bool hasInside = Current == ':';
        _at++;
        if (!hasInside)
        {
            // Holds to the end of the group around, whose options ReadAlternatives restores.
            _options = options;
            return Atom.Nothing;
        }
        Options outer = _options;
        _options = options;
        Atom atom = ReadInside("(?:");
        _options = outer;
        return atom;
    }
}
