using Xunit;

namespace Hawser.Architecture.Tests;

/// <summary>Which project may see which: the drawing of docs/architecture.md, checked on what the compiler wrote.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Hawser"] = ["Hawser.Gateway", "Hawser.Doctor"],
        ["Hawser.Gateway"] = ["Hawser.Configuration", "Hawser.Protocols", "Hawser.IO"],
        ["Hawser.Doctor"] = ["Hawser.Configuration", "Hawser.Protocols"],
        ["Hawser.Configuration"] = [],
        ["Hawser.Protocols"] = [],
        ["Hawser.IO"] = [],
        ["Hawser.Client"] = [],
    };

    // Configuration serves -t, editors and fuzzers, Protocols every split of a message: neither may reach a socket.
    private static readonly Dictionary<string, string[]> s_forbiddenFramework = new()
    {
        ["Hawser.Configuration"] = ["System.Net.Sockets", "System.Net.Http", "System.Net.NameResolution", "System.Console"],
        ["Hawser.Protocols"] = ["System.Net.Sockets", "System.Net.Http", "System.Net.NameResolution", "System.Console", "System.Linq"],
        ["Hawser.IO"] = ["System.Net.Http", "System.Console", "System.Linq"],
        ["Hawser.Gateway"] = ["System.Net.Http", "System.Net.Sockets", "System.Console", "Microsoft.AspNetCore"],
    };

    [Fact]
    public void Projects_Together_PointInTheOneAllowedDirection()
    {
        Assert.NotEmpty(ProductAssembly.All);
        Assert.Empty(ProductAssembly.All.SelectMany(assembly => ForbiddenArrows(assembly.Name, assembly.References)));
    }

    [Theory]
    [InlineData("Hawser.Configuration", "Hawser.IO")]
    [InlineData("Hawser.Protocols", "Hawser.Configuration")]
    [InlineData("Hawser.IO", "Hawser.Protocols")]
    [InlineData("Hawser.Gateway", "hawser")]
    [InlineData("Hawser.Doctor", "Hawser.Gateway")]
    [InlineData("Hawser", "Hawser.IO")]
    [InlineData("Hawser.Gateway", "Microsoft.AspNetCore.Http")]
    [InlineData("Hawser.Configuration", "System.Net.Sockets")]
    [InlineData("Hawser.New", "Hawser.IO")]
    public void Arrow_NotInTheDrawing_IsFound(string from, string to)
    {
        Assert.NotEmpty(ForbiddenArrows(from, ["System.Runtime", to]));
    }

    [Fact]
    public void NativeCode_OutsideIO_DoesNotExist()
    {
        Assert.Empty(ProductAssembly.All.Where(assembly => assembly.Name != "Hawser.IO").SelectMany(assembly => assembly.NativeImports));
        Assert.DoesNotContain(ProductAssembly.All, assembly => assembly.Name != "Hawser.IO" && assembly.IsUnsafe);
    }

    [Fact]
    public void NativeCode_InIO_IsFoundByTheSameReading()
    {
        var io = Assert.Single(ProductAssembly.All, assembly => assembly.Name == "Hawser.IO");
        Assert.NotEmpty(io.NativeImports);
        Assert.True(io.IsUnsafe);
    }

    // Its exceptions end the process, and nobody can wait for it.
    [Fact]
    public void AsyncVoid_InTheProduct_DoesNotExist()
    {
        Assert.Empty(ProductAssembly.All.SelectMany(assembly => assembly.AsyncVoidMethods));
    }

    [Fact]
    public void AsyncVoid_InASample_IsFound()
    {
        var own = ProductAssembly.Read("own", typeof(DependencyTests).Assembly.Location);
        Assert.Contains($"{nameof(Sample)}.{nameof(Sample.FireAndForget)}", own.AsyncVoidMethods);
    }

    private static IEnumerable<string> ForbiddenArrows(string project, IReadOnlyList<string> references)
    {
        var own = references.Where(reference => reference.StartsWith("hawser", StringComparison.OrdinalIgnoreCase));
        var allowed = s_allowed.GetValueOrDefault(project);
        foreach (var reference in own.Where(reference => allowed is null || !allowed.Contains(reference)))
            yield return $"{project} -> {reference}";
        foreach (var prefix in s_forbiddenFramework.GetValueOrDefault(project) ?? [])
        {
            foreach (var reference in references.Where(reference => reference == prefix || reference.StartsWith(prefix + ".", StringComparison.Ordinal)))
                yield return $"{project} -> {reference}";
        }
    }

    private static class Sample
    {
        public static async void FireAndForget() => await Task.Yield();
    }
}
