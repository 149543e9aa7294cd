using System.IO.Compression;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Logging;

public class AccessLogTests
{
    private const string Short = "log_format s '$uri';";

    private static void Log(TestGateway gateway, string target, params string[] fields)
    {
        HttpExchange exchange = gateway.Request(target, fields);
        exchange.Location.Logging.LogAccess(exchange);
    }

    [Fact]
    public void Logs_OfOneBlock_AllGetTheLine()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; access_log %DIR%/a.log s; access_log %DIR%/b.log s; access_log %DIR%/a.log s; }");

        Log(gateway, "/x");

        Assert.Equal("/x\n/x\n", gateway.Log("a.log"));
        Assert.Equal("/x\n", gateway.Log("b.log"));
    }

    [Fact]
    public void Off_InAServer_CancelsTheLogsAroundIt()
    {
        using var gateway = new TestGateway(Short + "access_log %DIR%/a.log s; server { listen 127.0.0.1:8080; access_log off; }");

        Log(gateway, "/x");

        Assert.False(File.Exists(Path.Combine(gateway.Directory, "a.log")));
        Assert.Null(gateway.Server.Defaults.Logging.Freeze(gateway.Request()));
    }

    [Theory]
    [InlineData("/?log=1", true)]
    [InlineData("/?log=00", true)]
    [InlineData("/?log=0", false)]
    [InlineData("/?log=", false)]
    [InlineData("/", false)]
    public void Condition_EmptyOrZero_LogsNothing(string target, bool isLogged)
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; access_log %DIR%/a.log s if=$arg_log; }");

        Log(gateway, target);

        Assert.Equal(isLogged ? "/\n" : "", gateway.Log("a.log"));
    }

    [Fact]
    public void Buffer_UntilItIsFull_HoldsLinesBack()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; access_log %DIR%/a.log s buffer=8; }");

        Log(gateway, "/12");
        Log(gateway, "/34");
        Assert.Equal("", gateway.Log("a.log"));
        Log(gateway, "/5");
        Assert.Equal("/12\n/34\n", gateway.Log("a.log"));
        Log(gateway, "/longer-than-the-buffer");
        Assert.Equal("/12\n/34\n/5\n/longer-than-the-buffer\n", gateway.Log("a.log"));
    }

    [Fact]
    public void Flush_AfterItsTime_WritesWhatIsBuffered()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; access_log %DIR%/a.log s buffer=1k flush=5s; }");
        Log(gateway, "/1");
        gateway.Time.Advance(TimeSpan.FromSeconds(4));
        Log(gateway, "/2");
        Assert.Equal("", gateway.Log("a.log"));

        gateway.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("/1\n/2\n", gateway.Log("a.log"));

        Log(gateway, "/3");
        gateway.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("/1\n/2\n/3\n", gateway.Log("a.log"));
    }

    [Fact]
    public void Flush_OfTheRegistry_WritesAllBuffers()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; access_log %DIR%/a.log s buffer=1k; }");
        Log(gateway, "/1");

        gateway.Services.LogFiles.Flush();

        Assert.Equal("/1\n", gateway.Log("a.log"));
    }

    [Fact]
    public void Gzip_OfSeveralBuffers_UnpacksToAllLines()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; access_log %DIR%/a.gz s buffer=64 gzip=9; }");
        for (int i = 0; i < 100; i++) Log(gateway, $"/{i}");
        gateway.Services.LogFiles.Flush();

        using var unpacked = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(gateway.Directory, "a.gz")), CompressionMode.Decompress));

        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"/{i}\n")), unpacked.ReadToEnd());
    }

    [Fact]
    public void VariablePath_OfARequest_NamesTheFile()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; root %DIR%; access_log %DIR%/$arg_site.log s; }");

        Log(gateway, "/1?site=a");
        Log(gateway, "/2?site=b");
        Log(gateway, "/3?site=a");

        Assert.Equal("/1\n/3\n", gateway.Log("a.log"));
        Assert.Equal("/2\n", gateway.Log("b.log"));
    }

    [Fact]
    public void VariablePath_WithoutDocumentRoot_CreatesNothingAndIsReported()
    {
        using var gateway = new TestGateway(Short + "server { listen 127.0.0.1:8080; root %DIR%/none; access_log %DIR%/$arg_site.log s; }");

        Log(gateway, "/1?site=a");

        Assert.False(File.Exists(Path.Combine(gateway.Directory, "a.log")));
        Assert.Contains($"testing \"{gateway.Directory}/none\" existence failed (2: No such file or directory), client: ", gateway.Log("logs/error.log"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("open_log_file_cache max=10;")]
    public void VariablePath_ThatCannotBeOpened_IsReported(string cache)
    {
        using var gateway = new TestGateway(Short + cache + "server { listen 127.0.0.1:8080; root %DIR%; access_log %DIR%/$arg_site.log s; }");

        Log(gateway, "/1?site=no/such");

        Assert.Contains($"[crit] {Environment.ProcessId}#", gateway.Log("logs/error.log"));
        Assert.Contains($"open() \"{gateway.Directory}/no/such.log\" failed (2: No such file or directory), client: ", gateway.Log("logs/error.log"));
    }

    [Fact]
    public void FileCache_UntilItIsInvalid_KeepsWritingToTheOpenFile()
    {
        using var gateway = new TestGateway(
            Short + "open_log_file_cache max=2 valid=10s; server { listen 127.0.0.1:8080; root %DIR%; access_log %DIR%/$arg_site.log s; }");
        string file = Path.Combine(gateway.Directory, "a.log");
        Log(gateway, "/1?site=a");
        File.Move(file, file + ".1");

        Log(gateway, "/2?site=a");
        Assert.False(File.Exists(file));
        gateway.Time.Advance(TimeSpan.FromSeconds(11));
        Log(gateway, "/3?site=a");

        Assert.Equal("/1\n/2\n", gateway.Log("a.log.1"));
        Assert.Equal("/3\n", gateway.Log("a.log"));
    }

    [Fact]
    public void FileCache_ThatIsFull_ClosesTheFileUsedLongestAgo()
    {
        using var gateway = new TestGateway(
            Short + "open_log_file_cache max=2; server { listen 127.0.0.1:8080; root %DIR%; access_log %DIR%/$arg_site.log s; }");
        foreach (string site in new[] { "a", "b", "a", "c" }) Log(gateway, "/1?site=" + site);
        foreach (string site in new[] { "a", "b", "c" }) File.Delete(Path.Combine(gateway.Directory, site + ".log"));

        foreach (string site in new[] { "a", "c", "b" }) Log(gateway, "/2?site=" + site);

        Assert.False(File.Exists(Path.Combine(gateway.Directory, "a.log"))); // still open, so its deleted file was written
        Assert.False(File.Exists(Path.Combine(gateway.Directory, "c.log")));
        Assert.Equal("/2\n", gateway.Log("b.log"));
    }

    [Fact]
    public void FileCache_UnderItsNumberOfUses_KeepsNothingOpen()
    {
        using var gateway = new TestGateway(
            Short + "open_log_file_cache max=2 min_uses=2; server { listen 127.0.0.1:8080; root %DIR%; access_log %DIR%/$arg_site.log s; }");
        string file = Path.Combine(gateway.Directory, "a.log");
        Log(gateway, "/1?site=a");
        File.Delete(file);
        Log(gateway, "/2?site=a");
        Assert.Equal("/2\n", gateway.Log("a.log"));
        File.Delete(file);

        Log(gateway, "/3?site=a");

        Assert.False(File.Exists(file));
    }

    [Fact]
    public void FileCache_AfterReopen_OpensItsFilesAnew()
    {
        using var gateway = new TestGateway(
            Short + "open_log_file_cache max=2; server { listen 127.0.0.1:8080; root %DIR%; access_log %DIR%/$arg_site.log s; }");
        Log(gateway, "/1?site=a");
        File.Move(Path.Combine(gateway.Directory, "a.log"), Path.Combine(gateway.Directory, "a.log.1"));

        gateway.Services.LogFiles.Reopen();
        Log(gateway, "/2?site=a");

        Assert.Equal("/2\n", gateway.Log("a.log"));
    }
}
