using System.Text;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Logging;

public sealed class LogFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hawser-log-").FullName;
    private readonly LogFileRegistry _files = new(new ManualTime());

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string PathOf(string name) => Path.Combine(_directory, name);

    [Fact]
    public void Open_OnePathTwice_GivesOneFile()
    {
        LogFile first = _files.Open(PathOf("a.log"));

        Assert.Same(first, _files.Open(PathOf("a.log")));
        Assert.NotSame(first, _files.Open(PathOf("b.log")));
    }

    [Fact]
    public void Open_WithoutDirectory_SaysWhyInNginxsWords()
    {
        LogFileException e = Assert.Throws<LogFileException>(() => _files.Open(PathOf("no/a.log")));

        Assert.Equal($"open() \"{PathOf("no/a.log")}\" failed (2: No such file or directory)", e.Message);
    }

    [Fact]
    public void Reload_NamingThePathAgain_KeepsTheFile()
    {
        const string http = "server { listen 127.0.0.1:8080; access_log %DIR%/a.log combined; error_log %DIR%/e.log; }";
        using var old = new TestGateway(http);
        using var reloaded = new TestGateway(http, old.Services, old.Directory, old.Time);
        File.Move(Path.Combine(old.Directory, "a.log"), Path.Combine(old.Directory, "renamed.log"));

        reloaded.Server.Defaults.Logging.LogAccess(reloaded.Request());
        old.Server.Defaults.Logging.LogAccess(old.Request());

        Assert.Equal(2, File.ReadAllLines(Path.Combine(old.Directory, "renamed.log")).Length);
        Assert.False(File.Exists(Path.Combine(old.Directory, "a.log")));
    }

    [Fact]
    public void Write_ToAnExistingFile_Appends()
    {
        File.WriteAllText(PathOf("a.log"), "old\n");

        _files.Open(PathOf("a.log")).Write("new\n"u8);

        Assert.Equal("old\nnew\n", File.ReadAllText(PathOf("a.log")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public void Write_FromSeveralThreadsDuringReopen_LosesAndMixesNothing(int buffer)
    {
        LogFile file = _files.Open(PathOf("a.log"), new LogBuffering(buffer, TimeSpan.Zero, 0));
        const int writers = 4, lines = 2000, rotations = 5;
        var threads = new Thread[writers];
        for (int t = 0; t < writers; t++)
        {
            byte letter = (byte)('a' + t);
            threads[t] = new Thread(() =>
            {
                byte[] line = [.. Enumerable.Repeat(letter, 60 + letter), (byte)'\n'];
                for (int i = 0; i < lines; i++) file.Write(line);
            });
            threads[t].Start();
        }
        for (int i = 0; i < rotations; i++)
        {
            File.Move(PathOf("a.log"), PathOf($"a.log.{i}"));
            _files.Reopen();
        }
        foreach (Thread thread in threads) thread.Join();
        _files.Flush();

        string[] all = [.. Directory.GetFiles(_directory).SelectMany(File.ReadAllLines)];
        Assert.Equal(writers * lines, all.Length);
        Assert.All(all, static line => Assert.Equal(new string(line[0], 60 + line[0]), line));
    }

    [Fact]
    public void Reopen_AfterTheFileWasRenamed_GoesOnInANewOne()
    {
        LogFile file = _files.Open(PathOf("a.log"));
        file.Write("1\n"u8);
        File.Move(PathOf("a.log"), PathOf("a.log.1"));
        file.Write("2\n"u8);

        _files.Reopen();
        file.Write("3\n"u8);

        Assert.Equal("1\n2\n", File.ReadAllText(PathOf("a.log.1")));
        Assert.Equal("3\n", File.ReadAllText(PathOf("a.log")));
    }

    [Fact]
    public void Reopen_OfABufferedFile_WritesTheBufferToTheOldOne()
    {
        LogFile file = _files.Open(PathOf("a.log"), new LogBuffering(1024, TimeSpan.Zero, 0));
        file.Write("1\n"u8);
        File.Move(PathOf("a.log"), PathOf("a.log.1"));

        _files.Reopen();

        Assert.Equal("1\n", File.ReadAllText(PathOf("a.log.1")));
        Assert.Equal("", File.ReadAllText(PathOf("a.log")));
    }

    [Fact]
    public void Reopen_ThatFails_KeepsTheFileAndIsReported()
    {
        var errors = new Collector();
        _files.ErrorLog = new ErrorLogTargets(new ManualTime(), (errors, LogLevel.Error));
        Directory.CreateDirectory(PathOf("d"));
        LogFile file = _files.Open(PathOf("d/a.log"));
        Directory.Move(PathOf("d"), PathOf("e"));

        _files.Reopen();
        file.Write("still\n"u8);

        Assert.Contains("[emerg]", errors.Text);
        Assert.Contains($"open() \"{PathOf("d/a.log")}\" failed (2: No such file or directory)", errors.Text);
        Assert.Equal("still\n", File.ReadAllText(PathOf("e/a.log")));
    }

    [Fact]
    public void Write_ToAFullDisk_IsReportedOnce()
    {
        var errors = new Collector();
        _files.ErrorLog = new ErrorLogTargets(new ManualTime(), (errors, LogLevel.Error));
        LogFile full = _files.Open("/dev/full");

        for (int i = 0; i < 5; i++) full.Write("line\n"u8);

        Assert.Equal(1, errors.Lines);
        Assert.Contains("write() to \"/dev/full\" failed (28: No space left on device)", errors.Text);
    }

    [Fact]
    public void Write_OfTheErrorLogItselfToAFullDisk_ComesToAnEnd()
    {
        LogFile full = _files.Open("/dev/full");
        _files.ErrorLog = new ErrorLogTargets(new ManualTime(), (full, LogLevel.Error));

        _files.ErrorLog.Write(LogLevel.Error, "message");
    }

    [Fact]
    public void File_ThatNobodyHoldsAnyMore_IsFlushedAndClosed()
    {
        WriteAndForget();
        for (int i = 0; i < 10 && IsOpen("gone.log"); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(IsOpen("gone.log"));
        Assert.Equal("last words\n", File.ReadAllText(PathOf("gone.log")));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private void WriteAndForget()
    {
        LogFile file = _files.Open(PathOf("gone.log"), new LogBuffering(1024, TimeSpan.Zero, 0));
        file.Write("last words\n"u8);
        Assert.True(IsOpen("gone.log"));
    }

    private bool IsOpen(string name)
    {
        foreach (string descriptor in Directory.GetFiles("/proc/self/fd"))
        {
            try
            {
                if (File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName == PathOf(name)) return true;
            }
            catch (FileNotFoundException)
            {
                // Closed since the directory was listed: other tests run meanwhile.
            }
        }
        return false;
    }

    private sealed class Collector : ILogSink
    {
        public string Text { get; private set; } = "";

        public int Lines { get; private set; }

        public void Write(ReadOnlySpan<byte> line)
        {
            Text += Encoding.Latin1.GetString(line);
            Lines++;
        }
    }
}
