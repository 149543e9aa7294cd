using Hawser.Configuration.Model;

namespace Hawser.Configuration.Tests;

/// <summary>Loads configurations from memory.</summary>
internal static class Load
{
    public static ConfigurationResult Text(string main, string? globals = null, Func<LoadOptions, LoadOptions>? change = null)
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", main);
        return Files(files, globals, change);
    }

    public static ConfigurationResult Files(MemoryFiles files, string? globals = null, Func<LoadOptions, LoadOptions>? change = null)
    {
        var options = new LoadOptions
        {
            Path = MemoryFiles.Directory + "nginx.conf",
            Prefix = MemoryFiles.Directory,
            Files = files,
            Globals = globals,
            HostName = "Testhost",
        };
        return ConfigurationLoader.Load(change is null ? options : change(options));
    }

    /// <summary>Loads what must be without errors.</summary>
    public static MainConfig Valid(string main)
    {
        ConfigurationResult result = Text(main);
        Assert.True(result.Config is not null, string.Join('\n', result.Diagnostics));
        return result.Config;
    }

    /// <summary>Loads the inside of one location <c>/</c> of one server.</summary>
    public static LocationConfig Location(string inside)
    {
        MainConfig main = Valid($"events {{}} http {{ server {{ location / {{ {inside} }} }} }}");
        return main.Http!.Servers[0].Locations[0];
    }
}
