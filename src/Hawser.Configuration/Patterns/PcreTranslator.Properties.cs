using System.Globalization;

namespace Hawser.Configuration.Patterns;

/// <summary>Unicode properties, <c>\p{N}</c> and <c>\P{Lu}</c>: without UTF, PCRE takes a byte for the code point of that number.</summary>
internal sealed partial class PcreTranslator
{
    // The two-letter names of the general categories, in the order of UnicodeCategory.
    private static readonly string[] s_categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd",
        "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private bool IsPropertyAt(int at) => _source[at] == '\\' && at + 1 < _source.Length && _source[at + 1] is 'p' or 'P';

    /// <summary>Reads <c>\p{name}</c>, <c>\p{^name}</c> or <c>\pN</c>.</summary>
    private ByteSet ReadProperty()
    {
        bool isNegated = _source[_at + 1] == 'P';
        _at += 2;
        if (AtEnd)
            throw Error("malformed \\P or \\p sequence", _at);
        string name;
        if (Current == '{')
        {
            int end = _source.IndexOf('}', _at);
            if (end < 0)
                throw Error("malformed \\P or \\p sequence", _source.Length);
            name = _source[(_at + 1)..end];
            _at = end + 1;
        }
        else
            name = _source[_at++].ToString();
        if (name.StartsWith('^'))
        {
            isNegated = !isNegated;
            name = name[1..];
        }
        ByteSet set = FindProperty(name) ?? throw Error("unknown property name after \\P or \\p", _at);
        return isNegated ? set.Complement() : set;
    }

    private static ByteSet? FindProperty(string name)
    {
        if (name == "Any")
            return default(ByteSet).Complement();
        bool isGroup = name.Length == 1 && Array.Exists(s_categories, c => c[0] == name[0]);
        if (!isGroup && name != "L&" && !Array.Exists(s_categories, c => c == name))
            return null;
        ByteSet set = default;
        for (int c = 0; c < 256; c++)
        {
            string category = s_categories[(int)CharUnicodeInfo.GetUnicodeCategory((char)c)];
            if (name == "L&" ? category is "Lu" or "Ll" or "Lt" : isGroup ? category[0] == name[0] : category == name)
                set.Add((char)c);
        }
        return set;
    }
}
