using Hawser.Gateway.Tests.Support;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Phases;

/// <summary>Files that are no ordinary files, or do not stay what they were.</summary>
public sealed class OddFileTests
{
    [Fact]
    public async Task Serve_NamedPipe_Is404AndDoesNotWait()
    {
        await using SideBySide both = await SideBySide.StartAsync("server { listen 127.0.0.1:%PORT%; location /index/ { root html; index pipe; } }", ("html/x", "x"));
        foreach (string directory in both.Directories)
        {
            await MakePipeAsync(directory + "/html/pipe");
            Directory.CreateDirectory(directory + "/html/index");
            await MakePipeAsync(directory + "/html/index/pipe");
        }
        await both.AssertSameForPathsAsync(["/pipe", "/index/"]);
    }

    [Fact]
    public async Task Serve_SymbolicLinks_AreFollowedAndLoopsRefused()
    {
        await using SideBySide both = await SideBySide.StartAsync("server { listen 127.0.0.1:%PORT%; }", ("html/x.txt", "x\n"), ("html/dir/index.html", "index\n"));
        foreach (string directory in both.Directories)
        {
            File.CreateSymbolicLink(directory + "/html/link.txt", "x.txt");
            File.CreateSymbolicLink(directory + "/html/linkdir", "dir");
            File.CreateSymbolicLink(directory + "/html/loop", "loop");
            File.CreateSymbolicLink(directory + "/html/dangling", "nowhere");
        }
        await both.AssertSameForPathsAsync(["/link.txt", "/linkdir", "/linkdir/", "/loop", "/loop/", "/dangling", "/dangling/"]);
    }

    [Fact]
    public async Task Serve_PathsOfEveryLength_IsNginxs()
    {
        await using SideBySide both = await SideBySide.StartAsync("server { listen 127.0.0.1:%PORT%; large_client_header_buffers 4 16k; }", ("html/x", "x"));
        await both.AssertSameForPathsAsync(new[] { 200, 254, 255, 256, 300, 3000, 5000 }.Select(n => "/" + new string('n', n)));
        await both.AssertSameForPathsAsync(new[] { 100, 1000, 2500 }.Select(n => string.Concat(Enumerable.Repeat("/d", n))));
    }

    [Fact]
    public async Task Serve_FileBeyondTwoGigabytes_RangesReachItsEnd()
    {
        await using SideBySide both = await SideBySide.StartAsync("server { listen 127.0.0.1:%PORT%; }", ("html/x", "x"));
        foreach (string directory in both.Directories)
        {
            await using (FileStream file = File.Create(directory + "/html/huge")) // sparse: takes no room
            {
                file.SetLength((5L << 30) - 3);
                file.Seek(0, SeekOrigin.End);
                file.Write("end"u8);
            }
            File.SetLastWriteTimeUtc(directory + "/html/huge", new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));
        }
        await both.AssertSameAsync(
        [
            "HEAD /huge HTTP/1.1\r\nHost: h\r\n\r\n", "GET /huge HTTP/1.1\r\nHost: h\r\nRange: bytes=5368709115-\r\n\r\n", "GET /huge HTTP/1.1\r\nHost: h\r\nRange: bytes=-4,0-0\r\n\r\n",
            "GET /huge HTTP/1.1\r\nHost: h\r\nRange: bytes=5368709120-\r\n\r\n", "GET /huge HTTP/1.1\r\nHost: h\r\nRange: bytes=3000000000-3000100000\r\n\r\n",
        ]);
    }

    [Fact]
    public async Task Serve_FileThatShrinksWhileSent_EndsTheConnection()
    {
        await using SideBySide both = await SideBySide.StartAsync("server { listen 127.0.0.1:%PORT%; sendfile off; }", ("html/x", new string('x', 8 << 20)));
        await using RawClient client = await RawClient.ConnectAsync(both.HawserPort, receiveBuffer: 4096);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        await client.ReadAsync(100);
        await using (FileStream file = File.OpenWrite(both.Directories[1] + "/html/x")) file.SetLength(1 << 20);
        string received = await client.ReadToEndAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(received.Length, 1, 8 << 20);
        Assert.NotEqual(ConnectionState.Open, client.State);
        Assert.Contains("/html/x\" was truncated while it was sent", both.ErrorLogs().Hawser);
    }

    private static async Task MakePipeAsync(string path)
    {
        CommandResult result = await Command.RunAsync("/usr/bin/mkfifo", [path]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
