using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Tests.Golden;
using Hawser.Testing;

namespace Hawser.Configuration.Tests.Nginx;

/// <summary>
/// The first error of every golden case that fails, compared word by word with that of a real nginx. Where nginx has no such error, a remark
/// says <c>nginx: differs</c>; where only Debian's 1.22 has not, <c>nginx 1.22: differs</c>. HAWSER_TEST_NGINX names another nginx: with 1.31.5,
/// built with threads and zlib, nothing differs.
/// </summary>
public sealed class NginxWordingTests
{
    private static readonly string s_nginx = Environment.GetEnvironmentVariable("HAWSER_TEST_NGINX") is { Length: > 0 } path ? path : "/usr/sbin/nginx";

    public static TheoryData<string> Cases => [.. GoldenCase.Names().Where(name => GoldenCase.Read(name).AgreesWithNginx)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task FirstError_OfABadConfiguration_IsWordedAsByNginx(string name)
    {
        Assert.True(File.Exists(s_nginx), $"{s_nginx} is missing: install Debian's package nginx, or run ./test, which does");
        GoldenCase golden = GoldenCase.Read(name);
        Assert.SkipWhen(golden.NeedsNewNginx && await IsOldAsync(), "this nginx is older than the one that Hawser follows");
        using var directory = new TestDirectory();
        foreach ((string path, string content) in golden.Files)
            directory.Write(path.StartsWith(MemoryFiles.Directory, StringComparison.Ordinal) ? path[MemoryFiles.Directory.Length..] : path, content);
        Directory.CreateDirectory(directory["logs"]);

        string globals = golden.Globals ?? "";
        CommandResult nginx = await Command.RunAsync(
            s_nginx, ["-t", "-p", directory.Path, "-c", directory["nginx.conf"], "-e", directory["logs/error.log"], "-g", globals]);

        string theirs = nginx.Error.Split('\n').First(line => line.Contains("[emerg]", StringComparison.Ordinal));
        string ours = golden.Load().Diagnostics.First(diagnostic => diagnostic.Severity == Severity.Emergency).Headline;
        Assert.Equal("nginx: " + ours.Replace(MemoryFiles.Directory, directory.Path + "/", StringComparison.Ordinal), theirs);
    }

    private static async Task<bool> IsOldAsync()
    {
        CommandResult version = await Command.RunAsync(s_nginx, ["-v"]);
        return !version.Error.Contains("nginx/1.31", StringComparison.Ordinal);
    }
}
