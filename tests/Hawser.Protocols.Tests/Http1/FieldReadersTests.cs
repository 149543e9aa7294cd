using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>Cookies, query arguments and token lists: nginx's $cookie_, $upstream_cookie_, $arg_ and RFC 9110 §5.6.1.</summary>
public sealed class FieldReadersTests
{
    [Theory]
    [InlineData("a=1; b=2", "b", "2")]
    [InlineData("a=1; b=2", "a", "1")]
    [InlineData("a=1;b=2", "b", "2")]
    [InlineData("a=1;   b =  2 ;c=3", "b", "2 ")]
    [InlineData("A=1", "a", "1")]
    [InlineData("aa=1; a=2", "a", "2")]
    [InlineData("ba=1; a=2", "a", "2")]
    [InlineData("a=1; a=2", "a", "1")]
    [InlineData("a=\"x y\"", "a", "\"x y\"")]
    [InlineData("a=b=c", "a", "b=c")]
    [InlineData("a=", "a", "")]
    [InlineData("a=;b=1", "a", "")]
    [InlineData("a", "a", null)]
    [InlineData("", "a", null)]
    [InlineData("b=a=1", "a", null)]
    [InlineData("b=1", "a", null)]
    [InlineData("a; a=1; a=2", "a", "2")] // as nginx: a name without "=" swallows the separator
    public void Cookie_ByName_IsFound(string cookies, string name, string? expected)
    {
        var found = CookieReader.TryFind(Wire.Bytes(cookies), Wire.Bytes(name), out var value);

        Assert.Equal(expected, found ? Wire.Text(value.Of(Wire.Bytes(cookies))) : null);
    }

    [Theory]
    [InlineData("a=1; Path=/", "a", "1")]
    [InlineData("A = 1", "a", "1")]
    [InlineData("a=1; Path=/", "path", null)]
    [InlineData("a; b", "a", null)]
    [InlineData("a=", "a", "")]
    public void SetCookie_ByName_IsFoundAtTheStartOnly(string setCookie, string name, string? expected)
    {
        var found = CookieReader.TryFindInSetCookie(Wire.Bytes(setCookie), Wire.Bytes(name), out var value);

        Assert.Equal(expected, found ? Wire.Text(value.Of(Wire.Bytes(setCookie))) : null);
    }

    [Theory]
    [InlineData("a=1&b=2", "b", "2")]
    [InlineData("a=1&b=2", "a", "1")]
    [InlineData("A=1", "a", "1")]
    [InlineData("ba=1&a=2", "a", "2")]
    [InlineData("a&a=2", "a", "2")]
    [InlineData("a=1&a=2", "a", "1")]
    [InlineData("a=", "a", "")]
    [InlineData("a=&b", "a", "")]
    [InlineData("a=b=c%20+", "a", "b=c%20+")]
    [InlineData("a=1;b=2", "b", null)]
    [InlineData("a", "a", null)]
    [InlineData("", "a", null)]
    [InlineData("=1", "", null)]
    [InlineData("x=a=1", "a", null)]
    [InlineData("%61=1", "a", null)]
    public void Argument_ByName_IsFound(string args, string name, string? expected)
    {
        var found = QueryReader.TryFind(Wire.Bytes(args), Wire.Bytes(name), out var value);

        Assert.Equal(expected, found ? Wire.Text(value.Of(Wire.Bytes(args))) : null);
    }

    [Theory]
    [InlineData("upgrade", true)]
    [InlineData("Upgrade", true)]
    [InlineData("keep-alive, Upgrade", true)]
    [InlineData("keep-alive,\tUPGRADE ,x", true)]
    [InlineData(",,upgrade", true)]
    [InlineData("upgrades", false)]
    [InlineData("no upgrade", false)]
    [InlineData("upgrade/1", false)]
    [InlineData("", false)]
    public void Token_InAList_IsFoundAsAWhole(string list, bool expected)
        => Assert.Equal(expected, TokenList.Contains(Wire.Bytes(list), "upgrade"u8));

    [Theory]
    [InlineData("close", true)]
    [InlineData("x-CLOSED-y", true)]
    [InlineData("clos", false)]
    [InlineData("cclose", true)]
    [InlineData("clclose", true)]
    [InlineData("clos e", false)]
    [InlineData("", false)]
    public void Word_AnywhereInAValue_IsFound(string value, bool expected)
        => Assert.Equal(expected, TokenList.ContainsAnywhere(Wire.Bytes(value), "close"u8));
}
