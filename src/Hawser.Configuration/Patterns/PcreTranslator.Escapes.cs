using System.Globalization;

namespace Hawser.Configuration.Patterns;

// Backslashes outside of classes, and those that stand for one character anywhere.
internal sealed partial class PcreTranslator
{
    private const string WordBoundary =
        "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))";

    private const string NoWordBoundary =
        "(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))";

    private Atom ReadEscape()
    {
        int start = _at;
        if (start + 1 >= _source.Length)
            throw Error("\\ at end of pattern", _source.Length);
        char c = _source[start + 1];
        if (TryGetSet(c) is { } set)
        {
            _at += 2;
            AppendSet(set);
            return Atom.Repeatable;
        }
        if (IsPropertyAt(_at))
        {
            AppendSet(ReadProperty());
            return Atom.Repeatable;
        }
        if (c is >= '1' and <= '9' && TryReadNumberedReference())
            return Atom.Repeatable;

        switch (c)
        {
            case 'b' or 'B':
                return Write(c == 'b' ? WordBoundary : NoWordBoundary);
            case 'A' or 'z' or 'Z' or 'G':
                return Write($"\\{c}");
            case 'R':
                _at += 2;
                _output.Append("(?>\\x0D\\x0A|[\\x0A-\\x0D\\x85])");
                return Atom.Repeatable;
            case 'k' or 'g':
                ReadReference();
                return Atom.Repeatable;
            case 'Q':
                return ReadQuoted();
            case 'E':
                _at += 2;
                return Atom.Nothing;
            case 'K':
                throw Unsupported("\\K, which moves the start of the match,", start);
            case 'X' or 'C':
                throw Unsupported($"\\{c}", start);
            default:
                AppendLiteral(ReadEscapedChar());
                return Atom.Repeatable;
        }
    }

    private Atom Write(string anchor)
    {
        _at += 2;
        _output.Append(anchor);
        return Atom.Anchor;
    }

    /// <summary>The shorthand classes, by the letter after the backslash.</summary>
    private static ByteSet? TryGetSet(char c) => c switch
    {
        'd' => ByteSet.Digits,
        'D' => ByteSet.Digits.Complement(),
        'w' => ByteSet.WordCharacters,
        'W' => ByteSet.WordCharacters.Complement(),
        's' => ByteSet.Space,
        'S' => ByteSet.Space.Complement(),
        'h' => ByteSet.HorizontalSpace,
        'H' => ByteSet.HorizontalSpace.Complement(),
        'v' => ByteSet.VerticalSpace,
        'V' => ByteSet.VerticalSpace.Complement(),
        'N' => ByteSet.NotLineFeed,
        _ => null,
    };

    /// <summary>All but the last character of <c>\Q...\E</c> are written as literals; a quantifier belongs to the last.</summary>
    private Atom ReadQuoted()
    {
        int start = _at + 2;
        int end = _source.IndexOf("\\E", start, StringComparison.Ordinal);
        int textEnd = end < 0 ? _source.Length : end;
        _at = end < 0 ? _source.Length : end + 2;
        if (start >= textEnd)
            return Atom.Nothing;
        int lastAt = textEnd - 1;
        for (int i = start; i < lastAt; i++)
            AppendLiteral(_source[i]);
        int outputStart = _output.Length;
        AppendLiteral(_source[lastAt]);
        ReadQuantifier(outputStart, Atom.Repeatable);
        return Atom.Nothing;
    }

    /// <summary>
    /// <c>\1</c> to <c>\9</c> are references; a longer number is one if so many groups are opened before it, else it is octal.
    /// </summary>
    private bool TryReadNumberedReference()
    {
        int at = _at + 1;
        TryReadDigits(ref at, out int number);
        if (number >= 10 && number > CaptureCount)
        {
            if (_source[_at + 1] is '8' or '9')
            {
                _references.Add(new Reference(number, at));
                _at = at;
                return true;
            }
            return false;
        }
        _at = at;
        AppendReference(number);
        return true;
    }

    /// <summary><c>\k&lt;name&gt;</c>, <c>\k{name}</c>, <c>\g{name}</c>, <c>\g1</c>, <c>\g{-1}</c></summary>
    private void ReadReference()
    {
        int start = _at;
        char kind = _source[_at + 1];
        _at += 2;
        char opening = AtEnd ? '\0' : Current;
        if (kind == 'g' && opening is '<' or '\'')
            throw Unsupported("a recursion", start);
        char closing = opening switch
        {
            '{' => '}',
            '<' => '>',
            '\'' => '\'',
            _ => '\0',
        };
        if (closing == '\0' && (kind == 'k' || !(char.IsAsciiDigit(opening) || opening is '-' or '+')))
            throw Error($"\\{kind} is not followed by a braced, angle-bracketed, or quoted name", _at);
        if (closing != '\0')
            _at++;
        bool isNumber = kind == 'g' && !AtEnd && (char.IsAsciiDigit(Current) || Current is '-' or '+');
        if (!isNumber)
        {
            AppendReference(ReadName(closing));
            return;
        }
        AppendReference(ReadRelativeNumber());
        if (closing == '\0')
            return;
        if (AtEnd || Current != closing)
            throw Error("a relative value of zero is not allowed, or the reference is not closed", _at);
        _at++;
    }

    private int ReadRelativeNumber()
    {
        char sign = Current;
        if (sign is '-' or '+')
            _at++;
        if (!TryReadDigits(ref _at, out int number))
            throw Error("digit expected in a reference", _at);
        int group = sign switch
        {
            '-' => CaptureCount - number + 1,
            '+' => CaptureCount + number,
            _ => number,
        };
        return group > 0 ? group : throw Error("reference to non-existent subpattern", _at);
    }

    /// <summary>Reads an escape that stands for one character, in and outside of classes.</summary>
    private char ReadEscapedChar()
    {
        int start = _at;
        char c = _source[_at + 1];
        _at += 2;
        switch (c)
        {
            case 'a':
                return '\a';
            case 'e':
                return '\e';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'c':
                return ReadControl();
            case 'x':
                return ReadHexadecimal();
            case 'o' when !AtEnd && Current == '{':
                return ReadBraced(8);
            case >= '0' and <= '7':
                return ReadOctal(start);
            default:
                if (char.IsAsciiLetterOrDigit(c))
                    throw Error("unrecognized character follows \\", start + 1);
                return c;
        }
    }

    private char ReadControl()
    {
        if (AtEnd)
            throw Error("\\c at end of pattern", _source.Length);
        char c = char.ToUpperInvariant(Current);
        if (c is < ' ' or > '~')
            throw Error("\\c must be followed by a printable ASCII character", _at);
        _at++;
        return (char)(c ^ 0x40);
    }

    private char ReadHexadecimal()
    {
        if (!AtEnd && Current == '{')
            return ReadBraced(16);
        int value = 0;
        for (int digits = 0; digits < 2 && !AtEnd && char.IsAsciiHexDigit(Current); digits++)
            value = value * 16 + Convert.ToInt32(_source[_at++].ToString(), 16);
        return (char)value;
    }

    private char ReadBraced(int radix)
    {
        int end = _source.IndexOf('}', _at);
        ReadOnlySpan<char> digits = end < 0 ? [] : _source.AsSpan(_at + 1, end - _at - 1);
        int value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.HexNumber) : radix;
            if (digit >= radix)
                throw Error(radix == 16 ? "non-hex character in \\x{} (closing brace missing?)" : "non-octal character in \\o{} (closing brace missing?)", _at);
            value = Math.Min(value * radix + digit, 0x10000);
        }
        if (digits.IsEmpty)
            throw Error("digits missing in \\x{} or \\o{} or \\N{U+}", _at);
        if (value > 255)
            throw Error("character code point value in \\x{} or \\o{} is too large", end);
        _at = end + 1;
        return (char)value;
    }

    private char ReadOctal(int start)
    {
        _at = start + 1;
        int value = 0;
        for (int digits = 0; digits < 3 && !AtEnd && Current is >= '0' and <= '7'; digits++)
            value = value * 8 + (_source[_at++] - '0');
        if (value > 255)
            throw Error("octal value is greater than \\377 in 8-bit non-UTF-8 mode", _at);
        return (char)value;
    }
}
