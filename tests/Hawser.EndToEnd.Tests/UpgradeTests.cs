using System.Globalization;
using System.Net.Sockets;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Changing the binary while it runs: nginx's protocol, with either program on either side.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TestDirectory _directory = new();
    private readonly PortLease _port = PortLease.Take();
    private readonly HashSet<int> _started = [];

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_directory["logs"]);
        Write("first");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        NoteProcess();
        foreach (var id in _started)
            ProcessProbe.Send(id, Signal.Kill);
        foreach (var id in _started)
            await EndedAsync(id);
        _port.Dispose();
        _directory.Dispose();
    }

    /// <summary>What an upgrade swaps is where this link leads.</summary>
    private string Program => _directory["gateway"];

    private int? ProcessId => IdIn("logs/nginx.pid");

    private int? OldProcessId => IdIn("logs/nginx.pid.oldbin");

    [Theory]
    [InlineData("hawser", "hawser")]
    [InlineData("nginx", "hawser")]
    [InlineData("hawser", "nginx")]
    public async Task Usr2ThenQuit_NeverRefusesAConnection_AndTheNewProcessServes(string from, string to)
    {
        var old = await StartAsync(from);
        using var stop = new CancellationTokenSource();
        var asking = AskAsync(stop.Token);
        Write("second");
        Install(to);

        ProcessProbe.Send(old, Signal.Usr2);
        var successor = await NextProcessAsync(old);
        Assert.Equal(old, OldProcessId);
        ProcessProbe.Send(old, Signal.Quit);

        Assert.True(await EndedAsync(old), Log);
        await stop.CancelAsync();
        Assert.True(await asking > 0);
        Assert.Equal("second", await GetAsync());
        Assert.Equal("second", await GetAsync(_directory["gateway.sock"]));
        Assert.Equal(successor, ProcessId);
        Assert.Null(OldProcessId);
        Assert.DoesNotContain("[alert]", Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QuitToTheNewProcess_TakesTheChangeBack()
    {
        var old = await StartAsync("hawser");
        Write("second");
        ProcessProbe.Send(old, Signal.Usr2);
        var successor = await NextProcessAsync(old);

        ProcessProbe.Send(successor, Signal.Quit);

        Assert.True(await EndedAsync(successor), Log);
        Assert.True(await Wait.UntilAsync(() => ProcessId == old && OldProcessId is null, s_patience), Log);
        Assert.Equal("first", await GetAsync());
        Assert.Equal("first", await GetAsync(_directory["gateway.sock"]));
    }

    [Fact]
    public async Task NewProcessThatCannotStart_LeavesTheOldOneAsItWas()
    {
        var old = await StartAsync("hawser");
        _directory.Write("nginx.conf", "nonsense;");

        var outcome = await RunAsync("-s", "upgrade", "-c", "good.conf");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"process {old} did not bring up a new one", outcome.Error, StringComparison.Ordinal);
        Assert.True(await Wait.UntilAsync(() => ProcessId == old && OldProcessId is null, s_patience), Log);
        Assert.Equal("first", await GetAsync());
        Assert.Contains("exited with code 1", Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgramThatIsGone_LeavesTheOldOneAsItWas()
    {
        var old = await StartAsync("hawser");
        File.Delete(Program);

        ProcessProbe.Send(old, Signal.Usr2);

        Assert.True(await Wait.UntilAsync(() => Log.Contains("while starting new binary process", StringComparison.Ordinal), s_patience), Log);
        Assert.True(await Wait.UntilAsync(() => ProcessId == old && OldProcessId is null, s_patience), Log);
        Assert.Equal("first", await GetAsync());
    }

    [Fact]
    public async Task SecondUsr2_WhileBothRun_ChangesNothing()
    {
        var old = await StartAsync("hawser");
        ProcessProbe.Send(old, Signal.Usr2);
        var successor = await NextProcessAsync(old);

        ProcessProbe.Send(old, Signal.Usr2);
        ProcessProbe.Send(successor, Signal.Usr2);

        Assert.True(await Wait.UntilAsync(() => Log.Split("changing binary, ignoring: ").Length == 3, s_patience), Log);
        Assert.Equal(successor, ProcessId);
        Assert.Equal(old, OldProcessId);
    }

    [Fact]
    public async Task UpgradeOption_ThreeTimes_KeepsServingAsTheSameUser()
    {
        var current = await StartAsync("hawser");
        for (var i = 0; i < 3; i++)
        {
            Write($"round {i}");
            var outcome = await RunAsync("-s", "upgrade");
            Assert.True(outcome.ExitCode == 0, outcome + Log);
            Assert.True(await EndedAsync(current), Log);
            current = ProcessId!.Value;
            NoteProcess();
            Assert.Equal($"round {i}", await GetAsync());
            Assert.Equal($"round {i}", await GetAsync(_directory["gateway.sock"]));
        }

        // Who had given up root stays without it, and its control thread keeps what log rotation and the pid file need.
        if (Environment.IsPrivilegedProcess)
            await AssertIsNobodyWithThreeCapabilitiesAsync(current);
        Assert.Equal(0, (await RunAsync("-s", "reopen")).ExitCode);
        Assert.Equal(0, (await RunAsync("-s", "quit")).ExitCode);
        Assert.True(await EndedAsync(current), Log);
        Assert.False(File.Exists(_directory["logs/nginx.pid"]));
        Assert.False(File.Exists(_directory["gateway.sock"]));
        Assert.DoesNotContain("[alert]", Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[emerg]", Log, StringComparison.Ordinal);
    }

    /// <summary>With reuseport nginx has a socket for each worker. What waits in the queue of any of them is served by the new process.</summary>
    [Fact]
    public async Task Usr2_FromNginxWithReusePort_LosesNoQueue()
    {
        _directory.Write("nginx.conf", _directory.Read("nginx.conf")
            .Replace("error_log", "worker_processes 3; error_log", StringComparison.Ordinal)
            .Replace($"listen 127.0.0.1:{_port.Port};", $"listen 127.0.0.1:{_port.Port} reuseport;", StringComparison.Ordinal));
        var old = await StartAsync("nginx");
        IReadOnlyList<int> workers = [];
        Assert.True(await Wait.UntilAsync(() => (workers = ProcessProbe.Children(old)).Count == 3, s_patience), Log); // they come after the pid file
        foreach (var worker in workers)
            ProcessProbe.Send(worker, Signal.Stop);
        var waiting = new List<RawClient>();
        try
        {
            for (var i = 0; i < 30; i++)
            {
                waiting.Add(await RawClient.ConnectAsync(_port.Port));
                await waiting[i].SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            }

            Install("hawser");
            ProcessProbe.Send(old, Signal.Usr2);
            await NextProcessAsync(old);
            foreach (var client in waiting)
                Assert.Equal("first", (await client.ReadReplyAsync(timeout: s_patience))?.Body);
        }
        finally
        {
            foreach (var client in waiting)
                await client.DisposeAsync();
            foreach (var worker in workers)
                ProcessProbe.Send(worker, Signal.Kill);
        }

        ProcessProbe.Send(old, Signal.Quit);
        Assert.True(await EndedAsync(old), Log);
        Assert.Equal("first", await GetAsync());

        // And on: all sockets go to the next process, which may be nginx again.
        var current = ProcessId!.Value;
        Install("nginx");
        ProcessProbe.Send(current, Signal.Usr2);
        await NextProcessAsync(current);
        ProcessProbe.Send(current, Signal.Quit);
        Assert.True(await EndedAsync(current), Log);
        for (var i = 0; i < 20; i++)
            Assert.Equal("first", await GetAsync());
    }

    private static async Task AssertIsNobodyWithThreeCapabilitiesAsync(int id)
    {
        var status = await File.ReadAllTextAsync($"/proc/{id}/status");
        Assert.Matches(@"Uid:\t(?!0\t)(\d+)\t\1\t\1\t\1\n", status);
        Assert.Contains("CapEff:\t0000000000000406", status, StringComparison.Ordinal);
        foreach (var task in Directory.GetDirectories($"/proc/{id}/task").Where(task => File.ReadAllText($"{task}/comm").StartsWith("hawser-loop", StringComparison.Ordinal)))
            Assert.Contains("CapEff:\t0000000000000000", await File.ReadAllTextAsync($"{task}/status"), StringComparison.Ordinal);
    }

    private string Log => _directory.Read("error.log");

    private void Write(string answer)
    {
        var text = $$"""
            error_log error.log notice;
            pid logs/nginx.pid;
            events { }
            http {
                access_log off;
                server {
                    listen 127.0.0.1:{{_port.Port}};
                    listen unix:{{_directory["gateway.sock"]}};
                    location / { return 200 "{{answer}}"; }
                }
            }
            """;
        _directory.Write("nginx.conf", text);
        _directory.Write("good.conf", text);
    }

    private void Install(string name)
    {
        var target = (name == "nginx" ? GatewayExecutable.Nginx : GatewayExecutable.Hawser).Path;
        File.Delete(Program + ".new");
        File.CreateSymbolicLink(Program + ".new", target);
        File.Move(Program + ".new", Program, overwrite: true);
    }

    private async Task<int> StartAsync(string name)
    {
        Install(name);
        var started = await RunAsync();
        Assert.True(started.ExitCode == 0, started.ToString());
        Assert.True(await Wait.UntilAsync(() => ProcessId is not null, s_patience));
        NoteProcess();
        return ProcessId!.Value;
    }

    private async Task<int> NextProcessAsync(int old)
    {
        Assert.True(await Wait.UntilAsync(() => ProcessId is { } id && id != old, s_patience), Log);
        NoteProcess();
        return ProcessId!.Value;
    }

    private void NoteProcess()
    {
        foreach (var id in new[] { ProcessId, OldProcessId })
        {
            if (id is { } running)
                _started.Add(running);
        }
    }

    // The last -c counts.
    private Task<CommandResult> RunAsync(params string[] more) =>
        Command.RunAsync(Program, ["-p", _directory.Path + "/", "-e", "error.log", "-c", "nginx.conf", .. more]);

    private async Task<int> AskAsync(CancellationToken stop)
    {
        var answers = 0;
        for (; !stop.IsCancellationRequested; answers++)
            Assert.Contains(await GetAsync(), (string[])["first", "second"]);
        return answers;
    }

    private async Task<string> GetAsync(string? socket = null)
    {
        await using var client = socket is null ? await RawClient.ConnectAsync(_port.Port) : await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return (await client.ReadReplyAsync())?.Body ?? "nothing";
    }

    private int? IdIn(string file) => int.TryParse(_directory.Read(file), CultureInfo.InvariantCulture, out var id) ? id : null;

    private static Task<bool> EndedAsync(int id) => Wait.UntilAsync(() => !Directory.Exists($"/proc/{id}") || IsZombie(id), s_patience);

    // Its parent, an old process that was killed or init, may not have looked yet.
    private static bool IsZombie(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')') + 2] == 'Z';
        }
        catch (IOException)
        {
            return true;
        }
    }
}
