using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>The process as a system service: in the background, and no longer root.</summary>
public sealed class BackgroundTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly TestDirectory _directory = new();
    private readonly PortLease _port = PortLease.Take();

    public ValueTask InitializeAsync()
    {
        _directory.Write("nginx.conf", $$"""
            error_log error.log notice;
            events { }
            http {
                access_log logs/access.log;
                server { listen 127.0.0.1:{{_port.Port}}; location / { return 200 "background"; } }
            }
            """);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (ProcessId is { } running)
        {
            ProcessProbe.Send(running, Signal.Term);
            await EndedAsync(running);
        }

        _port.Dispose();
        _directory.Dispose();
    }

    private int? ProcessId => int.TryParse(_directory.Read("logs/nginx.pid"), out var id) ? id : null;

    [Fact]
    public async Task Daemon_WhenTheCommandReturns_ServesWithoutATerminal()
    {
        var started = await RunAsync();

        Assert.Equal(new CommandResult(0, "", ""), started);
        Assert.Equal("background", await GetAsync());
        var standard = ProcessProbe.DescribeDescriptors(ProcessId!.Value);
        Assert.Contains("0 -> /dev/null", standard);
        Assert.Contains("1 -> /dev/null", standard);
        Assert.Contains($"2 -> {_directory["error.log"]}", standard);
    }

    [Fact]
    public async Task Daemon_ThatCannotStart_FailsInTheForegroundWithTheReason()
    {
        using var busy = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, _port.Port);
        busy.Start();

        var started = await RunAsync();

        Assert.Equal(1, started.ExitCode);
        Assert.Contains($"nginx: [emerg] bind() to 127.0.0.1:{_port.Port} failed (98: Address already in use)\n", started.Error, StringComparison.Ordinal);
        Assert.Contains("[emerg]", _directory.Read("error.log"), StringComparison.Ordinal);
        Assert.Null(ProcessId);
    }

    [Fact]
    public async Task StoppedByOption_TakesThePidFileAlong()
    {
        await RunAsync();
        var id = ProcessId!.Value;

        Assert.Equal(0, (await RunAsync("-s", "quit")).ExitCode);

        Assert.True(await EndedAsync(id));
        Assert.False(File.Exists(_directory["logs/nginx.pid"]));
    }

    [Fact]
    public async Task StartedByRoot_RunsAsNobody_AndStillRotatesLogsAndRemovesItsPidFile()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give up being root");
        await RunAsync();
        var id = ProcessId!.Value;

        var status = await File.ReadAllTextAsync($"/proc/{id}/status", TestContext.Current.CancellationToken);
        Assert.Matches(@"Uid:\t(?!0\t)(\d+)\t\1\t\1\t\1\n", status);
        foreach (var loop in LoopThreads(id))
            Assert.Contains("CapEff:\t0000000000000000", await File.ReadAllTextAsync($"{loop}/status", TestContext.Current.CancellationToken));

        File.Move(_directory["logs/access.log"], _directory["logs/access.log.1"]);
        await RunAsync("-s", "reopen");
        Assert.True(await Wait.UntilAsync(() => File.Exists(_directory["logs/access.log"]), s_patience));
        Assert.DoesNotContain("[emerg]", _directory.Read("error.log"), StringComparison.Ordinal);

        await RunAsync("-s", "stop");
        Assert.True(await EndedAsync(id));
        Assert.False(File.Exists(_directory["logs/nginx.pid"]));
    }

    [Fact]
    public async Task Reload_OfARunningDaemon_KeepsTheProcess()
    {
        await RunAsync();
        var id = ProcessId!.Value;
        _directory.Write("nginx.conf", _directory.Read("nginx.conf").Replace("\"background\"", "\"reloaded\"", StringComparison.Ordinal));

        await RunAsync("-s", "reload");

        Assert.True(await Wait.UntilAsync(async () => await GetAsync() == "reloaded", s_patience));
        Assert.Equal(id, ProcessId);
    }

    private static List<string> LoopThreads(int id)
    {
        var loops = Directory.GetDirectories($"/proc/{id}/task").Where(task => File.ReadAllText($"{task}/comm").StartsWith("hawser-loop", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(loops);
        return loops;
    }

    private Task<CommandResult> RunAsync(params string[] more) =>
        Command.RunAsync(GatewayExecutable.Hawser.Path, ["-p", _directory.Path, "-c", "nginx.conf", .. more]);

    private async Task<string> GetAsync()
    {
        await using var client = await RawClient.ConnectAsync(_port.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return (await client.ReadReplyAsync())?.Body ?? "";
    }

    private static Task<bool> EndedAsync(int id) => Wait.UntilAsync(() => !Directory.Exists($"/proc/{id}"), s_patience);
}
