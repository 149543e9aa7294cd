using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Tests.Directives;

public sealed class DirectiveTableTests
{
    [Fact]
    public void Table_EveryDirective_IsDescribed()
    {
        Assert.True(DirectiveTable.All.Count > 180);
        Assert.All(DirectiveTable.All, directive =>
        {
            Assert.Matches("^[a-z_0-9]+$", directive.Name);
            Assert.NotEmpty(directive.Syntax);
            Assert.EndsWith(".", directive.Summary);
            Assert.NotEmpty(directive.Module);
            Assert.NotEqual(DirectiveContexts.None, directive.Contexts);
            if (directive.Arity.Minimum > 0)
                Assert.All(directive.Syntax, Assert.NotEmpty);
        });
    }

    [Fact]
    public void Table_OneNameInOneContext_IsOneDirective()
    {
        foreach (IGrouping<string, Directive> sameName in DirectiveTable.All.Where(directive => directive != Known.Include).GroupBy(directive => directive.Name))
        {
            DirectiveContexts seen = DirectiveContexts.None;
            foreach (Directive directive in sameName)
            {
                Assert.Equal(DirectiveContexts.None, seen & directive.Contexts);
                seen |= directive.Contexts;
            }
        }
    }

    [Fact]
    public void Table_FieldNames_AreTheDirectivesInPascalCase()
    {
        foreach (var field in typeof(Known).GetFields())
        {
            var directive = (Directive)field.GetValue(null)!;
            string pascal = string.Concat(directive.Name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            Assert.True(
                field.Name.Equals(pascal, StringComparison.OrdinalIgnoreCase) || field.Name.Equals("Upstream" + pascal, StringComparison.OrdinalIgnoreCase),
                $"{field.Name} holds {directive.Name}");
        }
    }

    [Fact]
    public void Default_OfEveryDirective_CanBeRead()
    {
        MainConfig main = Load.Valid("events {} http { server { location / { } } }");
        LocationConfig location = main.Http!.Servers[0].Locations[0];
        Assert.Equal(TimeSpan.FromSeconds(60), location.Get(Known.ProxyReadTimeout));
        Assert.False(location.Find(Known.ProxyReadTimeout).IsExplicit);
        Assert.Equal(ProxyHttpVersion.Http11, location.Get(Known.ProxyHttpVersion));
        Assert.Equal("/etc/nginx/html", location.Get(Known.Root).Path.ConstantValue);
        Assert.Equal("/etc/nginx/logs/access.log", Assert.Single(location.Get(Known.AccessLog).Logs).Path.ConstantValue);
        Assert.Equal("/etc/nginx/logs/error.log", Assert.Single(location.Get(Known.ErrorLog)).Path);
        Assert.Equal(8192, location.GetProxyBusyBuffersSize());
        Assert.Equal("index.html", Assert.Single(location.Get(Known.Index)).ConstantValue);
        Assert.Equal(512, main.Events.Get(Known.WorkerConnections));
        Assert.Equal(new UpstreamKeepAlive(32, IsLocal: true), Known.UpstreamKeepAlive.Default);
    }
}
