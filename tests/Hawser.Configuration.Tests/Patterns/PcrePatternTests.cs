using System.Text.RegularExpressions;
using Hawser.Configuration.Patterns;

namespace Hawser.Configuration.Tests.Patterns;

public sealed class PcrePatternTests
{
    [Theory]
    [InlineData(@"^/a\d+$", "/a12", true)]
    [InlineData(@"^/a\d+$", "/a", false)]
    [InlineData(@"^\w+$", "ab_1", true)]
    [InlineData(@"^\w+$", "\u00E9", false)]
    [InlineData(@"^\W$", "\u00E9", true)]
    [InlineData(@"^\s$", "\u00A0", false)]
    [InlineData(@"^\s$", "\v", true)]
    [InlineData(@"^\h\H$", "\u00A0x", true)]
    [InlineData(@"^\v$", "\u0085", true)]
    [InlineData(@"^\R$", "\r\n", true)]
    [InlineData(@"^\N+$", "ab", true)]
    [InlineData(@"^\N+$", "a\nb", false)]
    [InlineData(@"^.$", "\n", false)]
    [InlineData(@"(?s)^.$", "\n", true)]
    [InlineData(@"^a$", "a\n", true)]
    [InlineData(@"^a\z", "a\n", false)]
    [InlineData(@"(?m)^b$", "a\nb\nc", true)]
    [InlineData(@"(?m)\n^", "a\n", false)]
    [InlineData(@"\bcat\b", "a cat b", true)]
    [InlineData(@"\bcat\b", "\u00E9cat\u00E9", true)]
    [InlineData(@"\Bcat", "acat", true)]
    [InlineData(@"[[:alpha:]]+[[:^digit:]]", "ab.", true)]
    [InlineData(@"^[[:upper:]]$", "a", false)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^[^]a]$", "b", true)]
    [InlineData(@"^[\w.-]+$", "a.b-c", true)]
    [InlineData(@"^[a\-z]$", "b", false)]
    [InlineData(@"^[\d-x]+$", "1-x", true)]
    [InlineData(@"^[[a]$", "[", true)]
    [InlineData(@"^[\b]$", "\b", true)]
    [InlineData(@"^[\Qa]\E]+$", "a]", true)]
    [InlineData(@"^\Qa.b\E+$", "a.bb", true)]
    [InlineData(@"^\Qa.b\E$", "axb", false)]
    [InlineData(@"^a{2}$", "aa", true)]
    [InlineData(@"^a{,2}$", "a{,2}", true)]
    [InlineData(@"^a{x}$", "a{x}", true)]
    [InlineData(@"^a{2,3}b{1,}$", "aaab", true)]
    [InlineData(@"^a++b$", "aab", true)]
    [InlineData(@"^a++a$", "aaa", false)]
    [InlineData(@"^(?:ab)*+a$", "aba", true)]
    [InlineData(@"^a?+a$", "a", false)]
    [InlineData(@"^(?>a+)a$", "aa", false)]
    [InlineData(@"^(?<x>a)(b)\k<x>\2$", "abab", true)]
    [InlineData(@"^(?P<x>a)(?P=x)$", "aa", true)]
    [InlineData(@"^(?'x'a)\k{x}\g{x}\g1\g{-1}$", "aaaaa", true)]
    [InlineData(@"^(?=a)(?!b)(?<=)a(?<=a)(?<!b)$", "a", true)]
    [InlineData(@"^(a)?(?(1)b|c)$", "ab", true)]
    [InlineData(@"^(a)?(?(1)b|c)$", "c", true)]
    [InlineData(@"^(?<n>a)?(?(<n>)b|c)$", "ab", true)]
    [InlineData(@"^(?(?=a)ab|cd)$", "cd", true)]
    [InlineData(@"^(?#comment)a$", "a", true)]
    [InlineData(@"(?x)^ a b # comment", "ab", true)]
    [InlineData(@"(?x: a b )\ c$", "ab c", true)]
    [InlineData(@"^a(?i)b$", "aB", true)]
    [InlineData(@"^a(?i)b$", "AB", false)]
    [InlineData(@"^(?i:a)b$", "Ab", true)]
    [InlineData(@"^(?i:a)b$", "AB", false)]
    [InlineData(@"^(a(?i)b)c$", "aBC", false)]
    [InlineData(@"^\x41\x{42}\103\o{104}\0$", "ABCD\0", true)]
    [InlineData(@"^\cA\e\a\t$", "\u0001\u001b\a\t", true)]
    [InlineData(@"^\_\/\-$", "_/-", true)]
    [InlineData("^\u00E9$", "\u00E9", true)]
    [InlineData(@"(?U)^(a+)", "aaa", true)]
    [InlineData(@"^(?n)(a)(?<m>b)\1$", "abb", true)]
    [InlineData(@"^(a|b)+$", "abab", true)]
    [InlineData(@"^()$", "", true)]
    [InlineData(@"[^\x00-\xff]", "a", false)]
    [InlineData(@"^\p{Lu}\PN\p{^L}[\p{Nd}x]$", "A-.7", true)]
    [InlineData(@"^\p{Ll}$", "\u00E9", true)]
    public void Translate_ValidPattern_MatchesAsPcreDoes(string pattern, string subject, bool matches)
    {
        Assert.Equal(matches, Regex(pattern).IsMatch(subject));
    }

    [Theory]
    [InlineData("^abc$", "ABC", true)]
    [InlineData("^[a-c]+$", "ABC", true)]
    [InlineData("^[^a]$", "A", false)]
    [InlineData("^\u00E9$", "\u00C9", false)]
    [InlineData("^k$", "\u212A", false)]
    [InlineData(@"^(a)\1$", "aA", true)]
    [InlineData(@"^[[:lower:]]$", "A", true)]
    [InlineData(@"^(?-i)a$", "A", false)]
    public void Translate_IgnoringCase_FoldsLettersOfAsciiOnly(string pattern, string subject, bool matches)
    {
        Assert.Equal(matches, Regex(pattern, ignoreCase: true).IsMatch(subject));
    }

    [Fact]
    public void Translate_NamedAndPlainGroups_AreNumberedFromLeftToRight()
    {
        Assert.True(PcrePattern.TryTranslate("(?<first>a)(b)(?P<third>c)(?:d)(e)", false, out PcrePattern? pattern, out _));
        Match match = pattern.ToRegex().Match("abcde");
        Assert.Equal(["abcde", "a", "b", "c", "e"], match.Groups.Values.Select(group => group.Value));
        Assert.Equal([("first", 1), ("third", 3)], pattern.CaptureNames.Select(name => (name.Name, name.Number)));
        Assert.Equal(4, pattern.CaptureCount);
    }

    [Fact]
    public void ToRegex_CatastrophicPattern_TimesOut()
    {
        Regex regex = Regex("^(a+)+$");
        Assert.Equal(PcrePattern.MatchTimeout, regex.MatchTimeout);
        Assert.Throws<RegexMatchTimeoutException>(() => regex.IsMatch(new string('a', 40) + "!"));
    }

    [Theory]
    [InlineData("(a", "missing closing parenthesis", 2)]
    [InlineData("a)", "unmatched closing parenthesis", 1)]
    [InlineData("[a", "missing terminating ] for character class", 2)]
    [InlineData("*a", "quantifier does not follow a repeatable item", 0)]
    [InlineData("a**", "quantifier does not follow a repeatable item", 2)]
    [InlineData("^*", "quantifier does not follow a repeatable item", 1)]
    [InlineData("a\\", "\\ at end of pattern", 2)]
    [InlineData("[z-a]", "range out of order in character class", 3)]
    [InlineData("a{3,2}", "numbers out of order in {} quantifier", 6)]
    [InlineData("a{65536}", "number too big in {} quantifier", 8)]
    [InlineData(@"(a)\2", "reference to non-existent subpattern", 5)]
    [InlineData(@"\k<x>", "reference to non-existent subpattern", 5)]
    [InlineData(@"\y", "unrecognized character follows \\", 1)]
    [InlineData("(?<1a>x)", "subpattern name must start with a non-digit", 3)]
    [InlineData("(?<a>x)(?<a>y)", "two named subpatterns have the same name (PCRE2_DUPNAMES not set)", 11)]
    [InlineData("(?z)", "unrecognized character after (? or (?-", 2)]
    [InlineData("[[:nope:]]", "unknown POSIX class name", 1)]
    [InlineData(@"\x{100}", "character code point value in \\x{} or \\o{} is too large", 6)]
    public void Translate_InvalidPattern_SaysWhatPcreSays(string pattern, string message, int offset)
    {
        Assert.False(PcrePattern.TryTranslate(pattern, false, out _, out RegexError? error));
        Assert.Equal(message, error.Message);
        Assert.Equal(offset, error.Offset);
    }

    [Theory]
    [InlineData(@"a\Kb")]
    [InlineData(@"\X")]
    [InlineData(@"\C")]
    [InlineData("(?R)")]
    [InlineData("(a)(?1)")]
    [InlineData("(?|(a)|(b))")]
    [InlineData("(*UTF8)a")]
    [InlineData("(?&name)")]
    public void Translate_WhatNetLacks_IsRefusedWithAReason(string pattern)
    {
        Assert.False(PcrePattern.TryTranslate(pattern, false, out _, out RegexError? error));
        Assert.EndsWith("cannot be translated for .NET's regular expressions", error.Message);
    }

    [Fact]
    public void Translate_DeepNesting_IsRefused()
    {
        Assert.False(PcrePattern.TryTranslate(new string('(', 100_000), false, out _, out RegexError? error));
        Assert.Equal("parentheses are too deeply nested", error.Message);
    }

    [Fact]
    public void Translate_PrefixesAndMutations_NeverThrowAndGiveWhatNetAccepts()
    {
        const string Alphabet = @"ab1()[]{}|*+?^$.\-,:<>='!#P&ikgdwsbQEx ";
        string[] seeds =
        [
            @"^/(?<user>[a-z]+)/(?P<id>\d{1,5}+)(?:\.(?i)json|\.xml)?$", @"^(?=.*\bfoo\b)(?!bar)[[:alnum:]_-]{2,}\Q.a\E(\x2f|\057)\k<q>?",
            @"^(a)?(?(1)b|c)(?#x)\g{-1}[^]\d\-\]]*?(?>x)++$",
        ];
        var random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < 6000; i++)
        {
            string seed = seeds[i % seeds.Length];
            string text = i < 300 ? seed[..(i / 3 % (seed.Length + 1))] : Mutate(seed, Alphabet, random);
            if (!PcrePattern.TryTranslate(text, i % 2 == 0, out PcrePattern? pattern, out RegexError? error))
            {
                Assert.InRange(error.Offset, 0, text.Length);
                continue;
            }
            accepted++;
            Regex regex = pattern.ToRegex();
            Assert.Equal(pattern.CaptureCount, regex.GetGroupNumbers().Length - 1);
        }
        Assert.InRange(accepted, 300, 6000);
    }

    private static string Mutate(string seed, string alphabet, Random random)
    {
        var text = new System.Text.StringBuilder(seed);
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            int at = random.Next(text.Length);
            char c = alphabet[random.Next(alphabet.Length)];
            if (random.Next(3) == 0)
                text.Remove(at, 1);
            else if (random.Next(2) == 0)
                text.Insert(at, c);
            else
                text[at] = c;
        }
        return text.ToString();
    }

    private static Regex Regex(string pattern, bool ignoreCase = false)
    {
        Assert.True(PcrePattern.TryTranslate(pattern, ignoreCase, out PcrePattern? translated, out RegexError? error), error?.Message);
        return translated.ToRegex();
    }
}
