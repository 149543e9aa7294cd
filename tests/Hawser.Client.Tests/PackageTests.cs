using System.IO.Compression;
using Hawser.Testing;

namespace Hawser.Client.Tests;

/// <summary>What <c>dotnet pack</c> would publish.</summary>
[Trait("length", "long")]
public sealed class PackageTests
{
    [Fact]
    public async Task Package_Packed_HoldsBothFrameworksTheirDocumentationAndTheReadme()
    {
        using var directory = new TestDirectory();
        var result = await Command.RunAsync(
            "dotnet", ["pack", Repository.Path("src/Hawser.Client"), "-o", directory.Path, "-nologo", "-v", "quiet"], TimeSpan.FromMinutes(5));
        Assert.True(result.ExitCode == 0, result.ToString());
        await using var package = await ZipFile.OpenReadAsync(Assert.Single(Directory.EnumerateFiles(directory.Path, "*.nupkg")));
        var names = package.Entries.Select(entry => entry.FullName).ToList();
        foreach (var framework in new[] { "net8.0", "net10.0" })
        {
            Assert.Contains($"lib/{framework}/Hawser.Client.dll", names);
            Assert.Contains($"lib/{framework}/Hawser.Client.xml", names);
        }

        Assert.Contains("README.md", names);
        using var manifest = new StreamReader(await package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).OpenAsync());
        Assert.DoesNotContain("<dependency ", await manifest.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
