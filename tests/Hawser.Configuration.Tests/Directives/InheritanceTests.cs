using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Tests.Directives;

public sealed class InheritanceTests
{
    [Fact]
    public void SingleValue_SetAbove_IsInheritedWithItsSpan()
    {
        MainConfig main = Load.Valid("events {} http { send_timeout 5s; server { location / { } location /b { send_timeout 7s; } } }");
        ServerConfig server = main.Http!.Servers[0];
        Setting<TimeSpan> inherited = server.Locations[0].Find(Known.SendTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), inherited.Value);
        Assert.True(inherited.IsExplicit);
        Assert.Equal("send_timeout 5s;", inherited.Span!.Value.Text.ToString());
        Assert.False(server.Locations[0].HasOwn(Known.SendTimeout));
        Assert.Equal(TimeSpan.FromSeconds(7), server.Locations[1].Get(Known.SendTimeout));
    }

    [Fact]
    public void List_WithOneOfItsOwn_InheritsNothing()
    {
        MainConfig main = Load.Valid("events {} http { proxy_set_header A 1; proxy_set_header B 2; server { location / { } location /b { proxy_set_header C 3; } } }");
        ServerConfig server = main.Http!.Servers[0];
        Assert.Equal(["A", "B"], server.Locations[0].Get(Known.ProxySetHeader).Select(header => header.Name));
        Assert.Equal(["C"], server.Locations[1].Get(Known.ProxySetHeader).Select(header => header.Name));
    }

    [Theory]
    [InlineData("on", "A")]
    [InlineData("off", "")]
    [InlineData("merge", "A")]
    public void AddHeader_WithoutOneOfItsOwn_IsInheritedAsAddHeaderInheritSays(string mode, string expected)
    {
        MainConfig main = Load.Valid($"events {{}} http {{ add_header A 1; server {{ add_header_inherit {mode}; location / {{ }} }} }}");
        Assert.Equal(expected, string.Concat(main.Http!.Servers[0].Locations[0].Get(Known.AddHeader).Select(header => header.Name)));
    }

    [Fact]
    public void AddHeader_Merged_HasItsOwnFirst()
    {
        MainConfig main = Load.Valid("events {} http { add_header A 1; server { add_header_inherit merge; add_header B 2; location / { add_header C 3; } } }");
        Assert.Equal(["C", "B", "A"], main.Http!.Servers[0].Locations[0].Get(Known.AddHeader).Select(header => header.Name));
    }

    [Fact]
    public void ProxyPass_InANestedLocation_IsNotInherited()
    {
        LocationConfig location = Load.Location("proxy_pass http://127.0.0.1; location /a { } if ($host) { } limit_except GET { }");
        Assert.Null(location.Locations[0].Get(Known.ProxyPass));
        var conditional = Assert.IsType<IfStep>(Assert.Single(location.Rewrite));
        Assert.NotNull(conditional.Scope.Get(Known.ProxyPass));
        Assert.NotNull(location.LimitExcept!.Get(Known.ProxyPass));
    }

    [Fact]
    public void Alias_SetBelowRoot_TakesItsPlace()
    {
        LocationConfig location = Load.Location("root /r; location /a { alias /x/; }");
        RootConfig root = location.Locations[0].Get(Known.Root);
        Assert.True(root.IsAlias);
        Assert.Equal("/x/", root.Path.ConstantValue);
    }

    [Fact]
    public void ProxyRedirects_WithoutADirective_AreTheDefaultRule()
    {
        LocationConfig location = Load.Location("proxy_pass http://h:81/u/;");
        ProxyRewriteConfig rule = Assert.Single(location.GetProxyRedirects());
        Assert.Equal("http://h:81/u/", rule.Prefix!.ConstantValue);
        Assert.Equal("/", rule.Replacement.ConstantValue);

        rule = Assert.Single(Load.Location("proxy_pass http://h:81;").GetProxyRedirects());
        Assert.Equal("http://h:81/", rule.Prefix!.ConstantValue);
        Assert.Equal("/", rule.Replacement.ConstantValue);

        Assert.Empty(Load.Location("proxy_pass http://h; proxy_redirect off;").GetProxyRedirects());
        Assert.Empty(Load.Location("proxy_pass http://$host;").GetProxyRedirects());
    }

    [Fact]
    public void Return_InAServer_IsNotInheritedByItsLocations()
    {
        MainConfig main = Load.Valid("events {} http { server { return 404; location / { } } }");
        Assert.Single(main.Http!.Servers[0].Rewrite);
        Assert.Empty(main.Http.Servers[0].Locations[0].Rewrite);
    }
}
