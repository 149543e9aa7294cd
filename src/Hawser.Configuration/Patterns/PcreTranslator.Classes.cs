namespace Hawser.Configuration.Patterns;

// Character classes: [a-z], [^\d], [[:alpha:]].
internal sealed partial class PcreTranslator
{
    private void ReadClass()
    {
        _at++;
        bool isNegated = !AtEnd && Current == '^';
        if (isNegated)
            _at++;
        ByteSet set = default;
        int first = _at;
        while (true)
        {
            if (AtEnd)
                throw Error("missing terminating ] for character class", _source.Length);
            if (Current == ']' && _at > first)
                break;
            ReadClassItem(ref set);
        }
        _at++;
        if (Has(Options.IgnoreCase))
            set = set.WithBothCases();
        (isNegated ? set.Complement() : set).AppendTo(_output);
    }

    private void ReadClassItem(ref ByteSet set)
    {
        if (Current == '[' && TryReadPosixClass(ref set))
            return;
        if (ReadClassChar(ref set) is not { } from)
            return;
        // A hyphen makes a range unless it is last, or next to a shorthand class.
        bool isRange = !AtEnd && Current == '-' && Peek(1) is not (']' or '\0') && !StartsSet(_at + 1);
        if (!isRange)
        {
            set.Add(from);
            return;
        }
        _at++;
        ByteSet ignored = default;
        if (ReadClassChar(ref ignored) is not { } to)
        {
            set.Add(from);
            set.Add('-');
            return;
        }
        if (to < from)
            throw Error("range out of order in character class", _at - 1);
        set.Add(ByteSet.OfRange(from, to));
    }

    private bool StartsSet(int at)
    {
        if (_source[at] == '[' && at + 1 < _source.Length && _source[at + 1] is ':' or '.' or '=')
            return true;
        return _source[at] == '\\' && at + 1 < _source.Length && (TryGetSet(_source[at + 1]) is not null || _source[at + 1] is 'Q' or 'E' or 'p' or 'P');
    }

    /// <summary>Reads one member of a class. Null if it was no single character: a shorthand class, or <c>\Q...\E</c>.</summary>
    private char? ReadClassChar(ref ByteSet set)
    {
        char c = Current;
        if (c != '\\')
        {
            _at++;
            return c;
        }
        if (_at + 1 >= _source.Length)
            throw Error("\\ at end of pattern", _source.Length);
        char next = _source[_at + 1];
        if (next is 'Q' or 'E')
        {
            ReadQuotedInClass(ref set);
            return null;
        }
        if (next == 'b')
        {
            _at += 2;
            return '\b';
        }
        if (next is 'B' or 'R' or 'X' or 'N')
            throw Error("escape sequence is invalid in character class", _at + 2);
        if (TryGetSet(next) is { } shorthand)
        {
            _at += 2;
            set.Add(shorthand);
            return null;
        }
        if (IsPropertyAt(_at))
        {
            set.Add(ReadProperty());
            return null;
        }
        return ReadEscapedChar();
    }

    private void ReadQuotedInClass(ref ByteSet set)
    {
        bool quotes = _source[_at + 1] == 'Q';
        _at += 2;
        if (!quotes)
            return;
        int end = _source.IndexOf("\\E", _at, StringComparison.Ordinal);
        int textEnd = end < 0 ? _source.Length : end;
        for (; _at < textEnd; _at++)
            set.Add(Current);
        if (end >= 0)
            _at = end + 2;
    }

    private bool TryReadPosixClass(ref ByteSet set)
    {
        if (Peek(1) is not (':' or '.' or '='))
            return false;
        char kind = Peek(1);
        int end = _source.IndexOf($"{kind}]", _at + 2, StringComparison.Ordinal);
        // Only if nothing but letters stands between: "[[:x]" is a class of three characters.
        if (end < 0 || _source.AsSpan(_at + 2, end - _at - 2).IndexOfAny('[', ']', '\\') >= 0)
            return false;
        if (kind != ':')
            throw Error("POSIX collating elements are not supported", end);
        string name = _source[(_at + 2)..end];
        bool isNegated = name.StartsWith('^');
        ByteSet named = PosixClass(isNegated ? name[1..] : name) ?? throw Error("unknown POSIX class name", _at);
        set.Add(isNegated ? named.Complement() : named);
        _at = end + 2;
        return true;
    }

    private static ByteSet? PosixClass(string name)
    {
        ByteSet letters = ByteSet.OfRange('a', 'z').With(ByteSet.OfRange('A', 'Z'));
        return name switch
        {
            "alpha" => letters,
            "lower" => ByteSet.OfRange('a', 'z'),
            "upper" => ByteSet.OfRange('A', 'Z'),
            "alnum" => letters.With(ByteSet.Digits),
            "ascii" => ByteSet.OfRange('\0', '\x7F'),
            "blank" => default(ByteSet).With(' ').With('\t'),
            "cntrl" => ByteSet.OfRange('\0', '\x1F').With('\x7F'),
            "digit" => ByteSet.Digits,
            "graph" => ByteSet.OfRange('!', '~'),
            "print" => ByteSet.OfRange(' ', '~'),
            "punct" => ByteSet.OfRange('!', '/').With(ByteSet.OfRange(':', '@')).With(ByteSet.OfRange('[', '`')).With(ByteSet.OfRange('{', '~')),
            "space" => ByteSet.Space,
            "word" => ByteSet.WordCharacters,
            "xdigit" => ByteSet.Digits.With(ByteSet.OfRange('a', 'f')).With(ByteSet.OfRange('A', 'F')),
            _ => null,
        };
    }
}
