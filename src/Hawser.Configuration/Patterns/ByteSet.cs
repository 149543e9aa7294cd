using System.Text;

namespace Hawser.Configuration.Patterns;

/// <summary>A set of bytes: what a character class means where every character is a byte.</summary>
internal struct ByteSet : IEquatable<ByteSet>
{
    private ulong _bits0;
    private ulong _bits1;
    private ulong _bits2;
    private ulong _bits3;

    public static readonly ByteSet Digits = OfRange('0', '9');
    public static readonly ByteSet WordCharacters = OfRange('a', 'z').With(OfRange('A', 'Z')).With(Digits).With('_');
    public static readonly ByteSet Space = OfRange('\t', '\r').With(' ');
    public static readonly ByteSet HorizontalSpace = default(ByteSet).With('\t').With(' ').With('\u00A0');
    public static readonly ByteSet VerticalSpace = OfRange('\n', '\r').With('\u0085');
    public static readonly ByteSet NotLineFeed = default(ByteSet).With('\n').Complement();

    public readonly bool IsEmpty => (_bits0 | _bits1 | _bits2 | _bits3) == 0;

    public static ByteSet OfRange(char first, char last)
    {
        ByteSet set = default;
        for (int c = first; c <= last; c++)
            set.Add((char)c);
        return set;
    }

    public void Add(char c)
    {
        ulong bit = 1UL << (c & 63);
        switch (c >> 6)
        {
            case 0:
                _bits0 |= bit;
                break;
            case 1:
                _bits1 |= bit;
                break;
            case 2:
                _bits2 |= bit;
                break;
            default:
                _bits3 |= bit;
                break;
        }
    }

    public void Add(ByteSet other)
    {
        _bits0 |= other._bits0;
        _bits1 |= other._bits1;
        _bits2 |= other._bits2;
        _bits3 |= other._bits3;
    }

    public readonly ByteSet With(char c)
    {
        ByteSet set = this;
        set.Add(c);
        return set;
    }

    public readonly ByteSet With(ByteSet other)
    {
        ByteSet set = this;
        set.Add(other);
        return set;
    }

    public readonly ByteSet Complement() => new() { _bits0 = ~_bits0, _bits1 = ~_bits1, _bits2 = ~_bits2, _bits3 = ~_bits3 };

    public readonly bool Contains(char c)
    {
        ulong bits = (c >> 6) switch
        {
            0 => _bits0,
            1 => _bits1,
            2 => _bits2,
            _ => _bits3,
        };
        return (bits >> (c & 63) & 1) != 0;
    }

    /// <summary>The set with both cases of every ASCII letter in it. PCRE knows no other letters without UTF.</summary>
    public readonly ByteSet WithBothCases()
    {
        ByteSet set = this;
        for (char c = 'a'; c <= 'z'; c++)
        {
            char upper = (char)(c - 32);
            if (Contains(c))
                set.Add(upper);
            else if (Contains(upper))
                set.Add(c);
        }
        return set;
    }

    /// <summary>Appends the set as a .NET character class, in the form that .NET's engine searches fastest.</summary>
    public readonly void AppendTo(StringBuilder output)
    {
        if (IsEmpty)
            output.Append("(?!)");
        else if (Complement().IsEmpty)
            output.Append("[\\s\\S]");
        else if (Equals(NotLineFeed))
            output.Append('.');
        else if (Contains('\u00FF'))
            Complement().AppendRanges(output.Append("[^"));
        else
            AppendRanges(output.Append('['));
    }

    private readonly void AppendRanges(StringBuilder output)
    {
        for (int first = 0; first < 256; first++)
        {
            if (!Contains((char)first))
                continue;
            int last = first;
            while (last < 255 && Contains((char)(last + 1)))
                last++;
            AppendEscaped(output, (char)first);
            if (last > first + 1)
                output.Append('-');
            if (last > first)
                AppendEscaped(output, (char)last);
            first = last;
        }
        output.Append(']');
    }

    /// <summary>Appends a character so that it means itself inside and outside of classes.</summary>
    public static void AppendEscaped(StringBuilder output, char c)
    {
        if (char.IsAsciiLetterOrDigit(c) || c is '/' or '_')
            output.Append(c);
        else
            output.Append("\\x").Append(((int)c).ToString("X2"));
    }

    public readonly bool Equals(ByteSet other) =>
        _bits0 == other._bits0 && _bits1 == other._bits1 && _bits2 == other._bits2 && _bits3 == other._bits3;

    public override readonly bool Equals(object? obj) => obj is ByteSet other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(_bits0, _bits1, _bits2, _bits3);
}
