using System.Text;
using Hawser.Configuration.Diagnostics;

namespace Hawser.Configuration.Tests.Golden;

/// <summary>
/// Every file below Cases is a test. HAWSER_BLESS=1 writes what comes out into the files, to be read over before it is committed.
/// </summary>
public sealed class GoldenTests
{
    private static readonly bool s_bless = Environment.GetEnvironmentVariable("HAWSER_BLESS") == "1";

    public static TheoryData<string> Cases => [.. GoldenCase.Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_Loaded_GivesWhatItExpects(string name)
    {
        GoldenCase golden = GoldenCase.Read(name);
        ConfigurationResult result = golden.Load();
        string actual = golden.Kind switch
        {
            "diagnostics" => string.Concat(result.Diagnostics.Select(DiagnosticRenderer.Render)),
            "headlines" => string.Concat(result.Diagnostics.Select(diagnostic => diagnostic.Headline + "\n")),
            "dump" => string.Concat(result.Diagnostics.Select(DiagnosticRenderer.Render)) + (result.Config is { } config ? ConfigDump.Of(config) : ""),
            _ => throw new InvalidDataException($"{name} expects nothing"),
        };
        string bytes = Encoding.Latin1.GetString(golden.Kind == "headlines" ? Encoding.Latin1.GetBytes(actual) : Encoding.UTF8.GetBytes(actual));
        if (s_bless)
            golden.Bless(bytes);
        else
            Assert.Equal(golden.Expected, bytes);
    }

    [Fact]
    public void Cases_Together_AreMany()
    {
        Assert.True(GoldenCase.Names().Count() >= 120);
    }
}
