using Hawser.Configuration.Syntax;
using Hawser.Testing;

namespace Hawser.Configuration.Tests.Syntax;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*.conf", "a.conf", true)]
    [InlineData("*.conf", ".conf", true)]
    [InlineData("*.conf", "a.conf~", false)]
    [InlineData("?.conf", "a.conf", true)]
    [InlineData("?.conf", "ab.conf", false)]
    [InlineData("[ab].conf", "b.conf", true)]
    [InlineData("[!ab].conf", "b.conf", false)]
    [InlineData("[^ab].conf", "c.conf", true)]
    [InlineData("[0-9]*", "7x", true)]
    [InlineData("[]x]", "]", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("**", "x", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("[a", "[a", true)]
    [InlineData("", "", true)]
    public void Matches_PatternAndName_AgreesWithGlob(string pattern, string name, bool matches)
    {
        Assert.Equal(matches, GlobPattern.Matches(pattern, name));
    }

    [Fact]
    public void Glob_OnDisk_IsSortedAndLeavesHiddenFilesOut()
    {
        using var directory = new TestDirectory();
        foreach (string file in (string[])["b/x.conf", "a/y.conf", "a/.hidden.conf", "a/z.txt", "c.conf"])
            directory.Write(file, "");
        string root = directory.Path;
        Assert.Equal([$"{root}/a/y.conf", $"{root}/b/x.conf"], PhysicalFiles.Instance.Glob($"{root}/*/*.conf").AsEnumerable());
        Assert.Equal([$"{root}/a/.hidden.conf"], PhysicalFiles.Instance.Glob($"{root}/a/.*.conf").AsEnumerable());
        Assert.Empty(PhysicalFiles.Instance.Glob($"{root}/none/*.conf"));
    }

    [Fact]
    public void Read_OnDisk_TellsFailuresApart()
    {
        using var directory = new TestDirectory();
        Assert.Equal(2, PhysicalFiles.Instance.Read(directory["missing"]).Failure!.ErrorNumber);
        Assert.Equal("Is a directory", PhysicalFiles.Instance.Read(directory.Path).Failure!.Description);
        string path = directory.Write("there", "\u00FFx");
        Assert.Equal([0xFF, (byte)'x'], PhysicalFiles.Instance.Read(path).Bytes.ToArray());
    }
}
