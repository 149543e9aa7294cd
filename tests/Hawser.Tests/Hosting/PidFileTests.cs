using Hawser.Hosting;

namespace Hawser.Tests.Hosting;

public sealed class PidFileTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private string Path => _directory["nginx.pid"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Create_WritesTheIdAndALineFeed_AndNothingElseStays()
    {
        using var file = PidFile.Create(Path, 4711);

        Assert.Equal("4711\n", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void Create_OverAnOldFile_NeverShowsAPart()
    {
        File.WriteAllText(Path, "1\n");
        using var old = File.OpenRead(Path);

        using var file = PidFile.Create(Path, 4711);

        // Who had opened the old file still reads the old one: it was replaced, not rewritten.
        Assert.Equal("1\n", new StreamReader(old).ReadToEnd());
        Assert.Equal("4711\n", File.ReadAllText(Path));
    }

    [Fact]
    public void Create_InAMissingDirectory_FailsInNginxsWords()
    {
        var path = _directory["missing/nginx.pid"];

        var error = Assert.Throws<IOException>(() => PidFile.Create(path, 1));

        Assert.Equal($"open() \"{path}\" failed (2: No such file or directory)", error.Message);
    }

    [Fact]
    public void Create_OnADevice_LeavesTheDeviceAlone()
    {
        PidFile.Create("/dev/null", 4711).Dispose();

        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void Dispose_RemovesTheFile()
    {
        PidFile.Create(Path, 4711).Dispose();

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Dispose_WhenAnotherProcessHasWrittenIts_LeavesThatFile()
    {
        var file = PidFile.Create(Path, 4711);
        File.WriteAllText(Path, "4712\n");

        file.Dispose();

        Assert.Equal("4712\n", File.ReadAllText(Path));
    }

    [Theory]
    [InlineData("4711\n", 4711)]
    [InlineData("4711", 4711)]
    [InlineData("4711\r\n\n", 4711)]
    public void Read_IdWithOrWithoutLineEnd_IsTaken(string content, int expected) =>
        Assert.Equal(expected, PidFile.Read(_directory.Write("nginx.pid", content)));

    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "")]
    [InlineData("abc\n", "abc")]
    [InlineData("12 \n", "12 ")]
    [InlineData("-5", "-5")]
    [InlineData("0", "0")]
    [InlineData("99999999999", "99999999999")]
    public void Read_AnythingElse_IsRefusedInNginxsWords(string content, string shown)
    {
        var path = _directory.Write("nginx.pid", content);

        var error = Assert.Throws<IOException>(() => PidFile.Read(path));

        Assert.Equal($"invalid PID number \"{shown}\" in \"{path}\"", error.Message);
    }

    [Fact]
    public void Read_MissingFile_IsRefusedInNginxsWords()
    {
        var error = Assert.Throws<IOException>(() => PidFile.Read(Path));

        Assert.Equal($"open() \"{Path}\" failed (2: No such file or directory)", error.Message);
    }
}
