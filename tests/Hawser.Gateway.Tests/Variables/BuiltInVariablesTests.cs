using Hawser.Configuration.Templates;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Tests.Variables;

public class BuiltInVariablesTests
{
    [Fact]
    public void Names_OfTheConfigurationAndOfTheGateway_AreTheSame()
    {
        string[] known = [.. KnownVariables.All.Where(v => !v.IsPrefix).Select(v => v.Name)];
        string[] missing = [.. known.Where(name => BuiltInVariables.Find(name) is null)];
        string[] unknown = [.. BuiltInVariables.Names.Where(name => KnownVariables.Find(name) is not { IsPrefix: false })];

        Assert.Empty(missing);
        Assert.Empty(unknown);
    }

    [Fact]
    public void Prefixes_OfTheConfigurationAndOfTheGateway_AreTheSame()
    {
        IEnumerable<string> known = KnownVariables.All.Where(v => v.IsPrefix).Select(v => v.Name);

        Assert.Equal(known.Order(StringComparer.Ordinal), BuiltInVariables.Prefixes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Set_OfTheConfigurationAndOfTheGateway_IsPossibleForTheSameVariables()
    {
        IEnumerable<string> known = KnownVariables.All.Where(v => v.IsSettable).Select(v => v.Name);
        IEnumerable<string> settable = BuiltInVariables.Names.Where(name => BuiltInVariables.Find(name)!.Set is not null);

        Assert.Equal(known.Order(StringComparer.Ordinal), settable.Order(StringComparer.Ordinal));
    }
}
