using Hawser.Configuration.Diagnostics;

namespace Hawser.Configuration.Tests.Diagnostics;

public sealed class SpellingTests
{
    private static readonly string[] s_words = ["proxy_pass", "proxy_pass_header", "proxy_set_header", "root", "listen", "return"];

    [Theory]
    [InlineData("proxy_pas", "proxy_pass")]
    [InlineData("porxy_pass", "proxy_pass")]
    [InlineData("PROXY_PASS", "proxy_pass")]
    [InlineData("proxy_setheader", "proxy_set_header")]
    [InlineData("rooot", "root")]
    [InlineData("retrun", "return")]
    [InlineData("frobnicate", null)]
    [InlineData("", null)]
    public void Suggest_Word_FindsTheNearestOrNone(string word, string? expected)
    {
        Assert.Equal(expected, Spelling.Suggest(word, s_words));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ab", 1)]
    [InlineData("abc", "xbc", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_TwoWords_CountsEdits(string from, string to, int expected)
    {
        Assert.Equal(expected, Spelling.Distance(from, to));
        Assert.Equal(expected, Spelling.Distance(to, from));
    }
}
