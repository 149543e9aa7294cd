using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Variables;

public class MapModelTests
{
    private const string HostNames = """
        hostnames; default none;
        example.org exact; *.example.org below; *.a.example.org deep; .dot.example dot; mail.* tail; mail.example.* longtail; *.org org;
        ~*^www\.(?<rest>.+)$ "re:$rest"; "" empty;
        """;

    private const string Plain = """
        default none; exact e; UPPER u; a.b ab; ~^x(\d+)(\D*)$ "one=$1 two=$2"; ~^x one-too-late; ~*^case$ insensitive; ~^Case2$ c2;
        \default escaped; \hostnames h; "two words" tw; var "<$arg_y>"; "" empty;
        """;

    [Theory]
    // exact keys, without case
    [InlineData(Plain, "exact", "e")]
    [InlineData(Plain, "EXACT", "e")]
    [InlineData(Plain, "upper", "u")]
    [InlineData(Plain, "exact2", "none")]
    [InlineData(Plain, "", "empty")]
    [InlineData(Plain, "default", "escaped")]
    [InlineData(Plain, "hostnames", "h")]
    [InlineData(Plain, "two words", "tw")]
    [InlineData(Plain, "var", "<yes>")]
    // without hostnames a dot is a dot
    [InlineData(Plain, "a.b.", "none")]
    // expressions in order, with their case, captures in the value
    [InlineData(Plain, "x12abc", "one=12 two=abc")]
    [InlineData(Plain, "x12", "one=12 two=")]
    [InlineData(Plain, "xyz", "one-too-late")]
    [InlineData(Plain, "CASE", "insensitive")]
    [InlineData(Plain, "case2", "none")]
    [InlineData(Plain, "Case2", "c2")]
    // host names: exact, then the longest *.suffix, then the longest prefix.*, then expressions
    [InlineData(HostNames, "example.org", "exact")]
    [InlineData(HostNames, "EXAMPLE.ORG.", "exact")]
    [InlineData(HostNames, "x.example.org", "below")]
    [InlineData(HostNames, "x.y.example.org", "below")]
    [InlineData(HostNames, ".example.org", "below")]
    [InlineData(HostNames, "a.example.org", "below")]
    [InlineData(HostNames, "z.a.example.org", "deep")]
    [InlineData(HostNames, "other.org", "org")]
    [InlineData(HostNames, "mail.other.org", "org")]
    [InlineData(HostNames, "org", "none")]
    [InlineData(HostNames, "dot.example", "dot")]
    [InlineData(HostNames, "x.dot.example", "dot")]
    [InlineData(HostNames, "xdot.example", "none")]
    [InlineData(HostNames, "mail.net", "tail")]
    [InlineData(HostNames, "mail.example.net", "longtail")]
    [InlineData(HostNames, "mail", "none")]
    [InlineData(HostNames, "WWW.Site.net", "re:Site.net")]
    [InlineData(HostNames, ".", "empty")]
    [InlineData(HostNames, "", "empty")]
    // no default
    [InlineData("a b;", "c", "")]
    public void Map_OfAValue_GivesWhatNginxGives(string body, string value, string expected)
    {
        using var gateway = new TestGateway($$"""
            map $arg_x $out { {{body}} }
            server { listen 127.0.0.1:8080; set $rest ""; return 200 $out$arg_y; }
            """);
        HttpExchange exchange = gateway.Request();
        exchange.Args = ByteSlice.FromLatin1($"y=yes&x={value}");

        Assert.Equal(expected, gateway.Get(exchange, "out"));
    }

    [Fact]
    public void Map_ByteAbove127_IsComparedAsItIs()
    {
        // Latin-1 has a lower case for both bytes of this UTF-8 letter; ASCII, which nginx goes by, has none.
        using var gateway = new TestGateway("""
            map $arg_x $out { Ã\x80 never; default none; ÃX yes; }
            server { listen 127.0.0.1:8080; return 200 $out; }
            """.Replace("\\x80", "\u0080"));
        HttpExchange exchange = gateway.Request();
        exchange.Args = ByteSlice.FromLatin1("x=Ãx");

        Assert.Equal("yes", gateway.Get(exchange, "out"));
    }

    [Fact]
    public void Map_EmptyValue_IsShownToNoExpression()
    {
        using var gateway = new TestGateway("""
            map $arg_x $out { ~^ matched; default none; }
            server { listen 127.0.0.1:8080; return 200 $out; }
            """);

        Assert.Equal("none", gateway.Get(gateway.Request(), "out"));
    }

    [Fact]
    public void Map_ReadTwice_KeepsItsValueUnlessVolatile()
    {
        using var gateway = new TestGateway("""
            map $arg_x $kept { default $arg_x; }
            map $arg_x $fresh { volatile; default $arg_x; }
            server { listen 127.0.0.1:8080; return 200 $kept$fresh; }
            """);
        HttpExchange exchange = gateway.Request("/?x=1");
        Assert.Equal("1", gateway.Get(exchange, "kept"));
        Assert.Equal("1", gateway.Get(exchange, "fresh"));

        exchange.Args = ByteSlice.FromLatin1("x=2");

        Assert.Equal("1", gateway.Get(exchange, "kept"));
        Assert.Equal("2", gateway.Get(exchange, "fresh"));
    }

    [Fact]
    public void Map_OfAMapDeclaredLater_IsFollowed()
    {
        using var gateway = new TestGateway("""
            map $second $first { b c; }
            map $arg_x $second { a b; }
            server { listen 127.0.0.1:8080; return 200 $first; }
            """);

        Assert.Equal("c", gateway.Get(gateway.Request("/?x=a"), "first"));
    }

    [Fact]
    public void Map_ThatAsksForItself_IsEmptyAndLogged()
    {
        using var gateway = new TestGateway("""
            map $b $a { volatile; default $b; }
            map $a $b { volatile; default $a; }
            server { listen 127.0.0.1:8080; return 200 $a; }
            """);
        HttpExchange exchange = gateway.Request();

        Assert.Equal("", gateway.Get(exchange, "a"));
        Assert.Equal("", gateway.Get(exchange, "b"));

        Assert.Contains("[error]", gateway.Log("logs/error.log"));
        Assert.Contains("cycle while evaluating variable \"a\"", gateway.Log("logs/error.log"));
        Assert.Contains("cycle while evaluating variable \"b\"", gateway.Log("logs/error.log"));
    }

    [Fact]
    public void Map_ThatRedefinesArgs_TakesThePlaceOfTheQuery()
    {
        using var gateway = new TestGateway("""
            map $uri $args { / mapped; }
            server { listen 127.0.0.1:8080; return 200 $args; }
            """);

        Assert.Equal("mapped", gateway.Get(gateway.Request("/?x=1"), "args"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("uninitialized_variable_warn off;", false)]
    public void SetVariable_BeforeItIsSet_IsEmptyAndWarnedAbout(string setting, bool isWarned)
    {
        using var gateway = new TestGateway($$"""
            server { listen 127.0.0.1:8080; {{setting}} error_log %DIR%/e.log warn; location /never { set $mine 1; } return 200 $mine; }
            """);

        Assert.Equal("", gateway.Get(gateway.Request(), "mine"));

        Assert.Equal(isWarned, gateway.Log("e.log").Contains("using uninitialized \"mine\" variable, client: 192.0.2.1, server: , request"));
    }
}
