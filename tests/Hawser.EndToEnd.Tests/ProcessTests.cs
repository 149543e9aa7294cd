using System.Net.Sockets;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>The process as its supervisor sees it: signals, exit codes, the pid file, streams.</summary>
public sealed class ProcessTests
{
    private static readonly BackendReply s_echo = new([new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Echo()]);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private const string Page = """
        events { }
        error_log error.log notice;
        http {
            access_log access.log;
            server { listen 127.0.0.1:%%PORT_0%%; location / { return 200 "one"; } }
        }
        """;

    private static string PageSaying(string text) => Page.Replace("\"one\"", $"\"{text}\"", StringComparison.Ordinal);

    [Fact]
    public async Task Start_PidFileIsThere_ConnectionsAreAccepted()
    {
        await using var gateway = await StartAsync(Page);
        Assert.Equal($"{gateway.Id}\n", gateway.Directory.Read("nginx.pid"));
        Assert.Equal("one", (await Gateways.GetAsync(gateway)).Body);
        Assert.Equal("", gateway.Output);
    }

    [Theory]
    [InlineData(Signal.Quit)]
    [InlineData(Signal.Term)]
    [InlineData(Signal.Int)]
    public async Task Signal_ToEnd_EndsWithZeroAndTakesThePidFileAlong(Signal signal)
    {
        await using var gateway = await StartAsync(Page);
        gateway.Send(signal);
        Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
        Assert.False(File.Exists(gateway.Directory["nginx.pid"]));
    }

    [Fact]
    public async Task Quit_RequestUnderWay_IsFinishedFirst()
    {
        await using var backend = new ScriptedBackend(new BackendReply(
            [new BackendStep.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst"), new BackendStep.Pause(TimeSpan.FromMilliseconds(600)), new BackendStep.Send("-last")]));
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.True(await Wait.UntilAsync(() => backend.Received.Contains("\r\n\r\n", StringComparison.Ordinal), s_patience));
        gateway.Send(Signal.Quit);
        Assert.Equal("first-last", (await client.ReadReplyAsync())!.Body);
        Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
    }

    [Fact]
    public async Task Quit_IdleKeepAliveConnections_AreClosedAtOnce()
    {
        await using var gateway = await StartAsync(Page);
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal("one", (await client.ReadReplyAsync())!.Body);
        gateway.Send(Signal.Quit);
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(3)));
        Assert.Equal(ConnectionState.Closed, await client.WaitForEndAsync(s_patience));
    }

    [Fact]
    public async Task Quit_NewConnections_AreRefused()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
        gateway.Send(Signal.Quit);
        Assert.True(await Wait.UntilAsync(() => IsRefusedAsync(gateway.Port()), s_patience));
        tunnel.Reset();
        Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
    }

    [Fact]
    public async Task Term_OpenTunnels_EndQuickly()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
        gateway.Send(Signal.Term);
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(3)));
        Assert.NotEqual(ConnectionState.Open, await tunnel.WaitForEndAsync(s_patience));
    }

    [Fact]
    public async Task Hup_NewConfiguration_ServesNewRequestsAndKeepsTunnels()
    {
        await using var backend = new ScriptedBackend(s_echo);
        await using var gateway = await Gateways.StartAsync(backend.Port);
        await using var tunnel = await Gateways.OpenTunnelAsync(gateway);
        await tunnel.SendAsync("before");
        Assert.Equal("before", await tunnel.ReadAsync(6));

        gateway.WriteConfiguration(PageSaying("two"));
        await gateway.ReloadAsync(applied: async () => (await Gateways.GetAsync(gateway)).Body == "two");

        await tunnel.SendAsync("after");
        Assert.Equal("after", await tunnel.ReadAsync(5));
        Assert.True(gateway.IsRunning);
    }

    [Fact]
    public async Task Hup_AgainAndAgain_NeverRefusesAConnection()
    {
        await using var gateway = await StartAsync(Page);
        await Gateways.GetAsync(gateway);
        using var stop = new CancellationTokenSource();
        var asking = AskAsync();
        for (var i = 0; i < 10; i++)
        {
            gateway.WriteConfiguration(PageSaying($"round {i}"));
            var expected = $"round {i}";
            await gateway.ReloadAsync(applied: async () => (await Gateways.GetAsync(gateway)).Body == expected);
        }

        await stop.CancelAsync();
        Assert.True(await asking > 0);

        async Task<int> AskAsync()
        {
            var answers = 0;
            for (; !stop.IsCancellationRequested; answers++)
                Assert.Equal(200, (await Gateways.GetAsync(gateway)).Status);
            return answers;
        }
    }

    [Fact]
    public async Task Hup_BrokenConfiguration_KeepsTheOldOneAndSaysWhy()
    {
        await using var gateway = await StartAsync(Page);
        gateway.WriteConfiguration(Page.Replace("return 200", "retrun 200", StringComparison.Ordinal));
        await gateway.ReloadAsync(expectInLog: "unknown directive \"retrun\"");
        Assert.Equal("one", (await Gateways.GetAsync(gateway)).Body);

        gateway.WriteConfiguration(PageSaying("two"));
        await gateway.ReloadAsync(applied: async () => (await Gateways.GetAsync(gateway)).Body == "two");
    }

    [Fact]
    public async Task Hup_AddressesChange_OldOnesCloseAndNewOnesOpen()
    {
        await using var gateway = await StartAsync(Page);
        gateway.WriteConfiguration(Page.Replace("%%PORT_0%%", "%%PORT_1%%", StringComparison.Ordinal));
        await gateway.ReloadAsync(applied: async () => !await IsRefusedAsync(gateway.Port(1)));
        Assert.True(await Wait.UntilAsync(() => IsRefusedAsync(gateway.Port()), s_patience));
    }

    [Fact]
    public async Task Hup_NewAddressIsBusy_KeepsTheOldConfiguration()
    {
        await using var gateway = await StartAsync(Page);
        using var busy = new TcpListener(System.Net.IPAddress.Loopback, gateway.Port(1));
        busy.Start();
        gateway.WriteConfiguration(PageSaying("two").Replace("%%PORT_0%%;", "%%PORT_0%%; listen 127.0.0.1:%%PORT_1%%;", StringComparison.Ordinal));
        await gateway.ReloadAsync(expectInLog: $"bind() to 127.0.0.1:{gateway.Port(1)} failed (98: Address already in use)");
        Assert.Equal("one", (await Gateways.GetAsync(gateway)).Body);
    }

    [Fact]
    public async Task Usr1_LogWasRenamed_IsOpenedAnew()
    {
        await using var gateway = await StartAsync(Page);
        await Gateways.GetAsync(gateway, "/first");
        Assert.True(await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Contains("/first", StringComparison.Ordinal), s_patience));
        File.Move(gateway.Directory["access.log"], gateway.Directory["access.log.1"]);
        File.Move(gateway.Directory["error.log"], gateway.Directory["error.log.1"]);
        gateway.Send(Signal.Usr1);
        Assert.True(await Wait.UntilAsync(() => File.Exists(gateway.Directory["access.log"]) && File.Exists(gateway.Directory["error.log"]), s_patience));
        await Gateways.GetAsync(gateway, "/second");
        Assert.True(await Wait.UntilAsync(() => gateway.Directory.Read("access.log").Contains("/second", StringComparison.Ordinal), s_patience));
        Assert.DoesNotContain("/second", gateway.Directory.Read("access.log.1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reload")]
    [InlineData("reopen")]
    [InlineData("quit")]
    [InlineData("stop")]
    public async Task SignalOption_ToARunningGateway_IsDelivered(string name)
    {
        await using var gateway = await StartAsync(Page);
        gateway.WriteConfiguration(PageSaying("two"));
        var result = await gateway.RunAsync("-s", name);
        Assert.True(result.ExitCode == 0, result.ToString());
        if (name is "quit" or "stop")
            Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
        else if (name is "reload")
            Assert.True(await Wait.UntilAsync(async () => (await Gateways.GetAsync(gateway)).Body == "two", s_patience));
        else
            Assert.Equal("one", (await Gateways.GetAsync(gateway)).Body);
    }

    [Fact]
    public async Task SignalOption_NobodyRuns_FailsAndSaysSo()
    {
        await using var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, Page);
        var result = await gateway.RunAsync("-s", "stop");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nginx.pid\" failed (2: No such file or directory)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_GoodConfiguration_SaysSoOnStandardError()
    {
        await using var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, Page);
        var result = await gateway.RunAsync("-t");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains($"the configuration file {gateway.Directory["nginx.conf"]} syntax is ok", result.Error, StringComparison.Ordinal);
        Assert.Contains($"configuration file {gateway.Directory["nginx.conf"]} test is successful", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_BadConfiguration_FailsWithFileAndLine()
    {
        await using var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, "events { }\nhttp {\n    nonsense;\n}\n");
        var result = await gateway.RunAsync("-t");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"[emerg] unknown directive \"nonsense\" in {gateway.Directory["nginx.conf"]}:3", result.Error, StringComparison.Ordinal);
        Assert.Contains($"configuration file {gateway.Directory["nginx.conf"]} test failed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BadConfiguration_FailsBeforeAPidFile()
    {
        var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, "events { }\nhttp {\n    nonsense;\n}\n");
        await using var _ = gateway;
        gateway.Launch();
        Assert.Equal(1, await gateway.WaitForExitAsync(s_patience));
        Assert.False(File.Exists(gateway.Directory["nginx.pid"]));
        Assert.Contains("[emerg]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortIsBusy_FailsAndNamesIt()
    {
        var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, Page);
        await using var _ = gateway;
        using var busy = new TcpListener(System.Net.IPAddress.Loopback, gateway.Port());
        busy.Start();
        gateway.Launch();
        Assert.Equal(1, await gateway.WaitForExitAsync(s_patience));
        Assert.Contains($"bind() to 127.0.0.1:{gateway.Port()} failed (98: Address already in use)", gateway.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(gateway.Directory["nginx.pid"]));
    }

    [Theory]
    [InlineData(Inheritance.StandardErrorClosed)]
    [InlineData(Inheritance.AllStreamsClosed)]
    [InlineData(Inheritance.SignalsIgnored)]
    public async Task Start_WithAnOddInheritance_WorksAndObeysSignals(Inheritance inheritance)
    {
        await using var gateway = await StartAsync(Page, new() { Inherits = inheritance });
        Assert.Equal("one", (await Gateways.GetAsync(gateway)).Body);
        gateway.WriteConfiguration(PageSaying("two"));
        await gateway.ReloadAsync(applied: async () => (await Gateways.GetAsync(gateway)).Body == "two");
        gateway.Send(Signal.Quit);
        Assert.Equal(0, await gateway.WaitForExitAsync(s_patience));
    }

    [Fact]
    public async Task Start_BadConfigurationAndStandardErrorClosed_StillFailsWithOne()
    {
        var gateway = GatewayProcess.Prepare(GatewayExecutable.Hawser, "nonsense;", new() { Inherits = Inheritance.StandardErrorClosed });
        await using var _ = gateway;
        gateway.Launch();
        Assert.Equal(1, await gateway.WaitForExitAsync(s_patience));
        Assert.Contains("unknown directive \"nonsense\"", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dump_ConfigurationWithAnInclude_ShowsBothFiles()
    {
        await using var gateway = GatewayProcess.Prepare(
            GatewayExecutable.Hawser,
            "events { }\nhttp { include more.conf; }\n",
            new() { Files = new Dictionary<string, string> { ["more.conf"] = "# more\n" } });
        var result = await gateway.RunAsync("-T");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"# configuration file {gateway.Directory["nginx.conf"]}:\nevents {{ }}\nhttp {{ include more.conf; }}\n\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"# configuration file {gateway.Directory["more.conf"]}:\n# more\n\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launcher_StartedThroughALink_BecomesTheProgram()
    {
        using var directory = new TestDirectory();
        File.CreateSymbolicLink(directory["link"], Repository.Path("hawser"));
        var result = await Command.RunAsync(directory["link"], ["-v"], TimeSpan.FromMinutes(5), directory: "/");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("hawser version:", result.Error, StringComparison.Ordinal);
    }

    private static Task<GatewayProcess> StartAsync(string configuration, GatewayOptions? options = null) =>
        GatewayProcess.StartAsync(GatewayExecutable.Hawser, configuration, options);

    private static async Task<bool> IsRefusedAsync(int port)
    {
        try
        {
            await using var client = await RawClient.ConnectAsync(port);
            return false;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }
}
