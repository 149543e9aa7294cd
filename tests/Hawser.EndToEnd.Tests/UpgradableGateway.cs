using System.Globalization;
using System.Text.Json.Nodes;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>A gateway in the background whose binary is changed while it runs: one process after the other, in one directory.</summary>
internal sealed class UpgradableGateway : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(100);

    private readonly PortLease _port = PortLease.Take();
    private readonly PortLease _tlsPort = PortLease.Take();
    private readonly HashSet<int> _started = [];

    public TestDirectory Directory { get; } = new();

    /// <summary>The port that <c>%%PORT%%</c> stands for in the configuration.</summary>
    public int Port => _port.Port;

    /// <summary>The port that <c>%%TLS_PORT%%</c> stands for.</summary>
    public int TlsPort => _tlsPort.Port;

    /// <summary>The process that the pid file names.</summary>
    public int? ProcessId => int.TryParse(Directory.Read("nginx.pid"), CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The error log.</summary>
    public string Log => Directory.Read("error.log");

    public void Write(string configuration) => Directory.Write(
        "nginx.conf",
        configuration
            .Replace("%%PORT%%", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%%TLS_PORT%%", TlsPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    /// <summary>Puts a certificate and its key beside the configuration: <c>cert.pem</c>, <c>key.pem</c>.</summary>
    public void WriteCertificate()
    {
        var certificate = TestCertificate.Create("localhost");
        Directory.Write("cert.pem", certificate.Pem);
        Directory.Write("key.pem", certificate.KeyPem);
    }

    public async Task StartAsync()
    {
        var started = await RunAsync();
        Assert.True(started.ExitCode == 0, started.ToString());
        _started.Add(ProcessId!.Value);
    }

    /// <summary><c>-s upgrade</c>, and waits until the old process has ended.</summary>
    public async Task UpgradeAsync()
    {
        var old = ProcessId!.Value;
        var outcome = await RunAsync("-s", "upgrade");
        Assert.True(outcome.ExitCode == 0, outcome + Log);
        _started.Add(ProcessId!.Value);
        Assert.NotEqual(old, ProcessId);
        Assert.True(await Wait.UntilAsync(() => !System.IO.Directory.Exists($"/proc/{old}"), s_patience), Log);
    }

    public void Send(Signal signal) => ProcessProbe.Send(ProcessId!.Value, signal);

    public async Task<JsonObject> StatusAsync()
    {
        var result = await Command.RunAsync(GatewayExecutable.Hawser.Path, ["status", "-p", Directory.Path, "-c", "nginx.conf", "--json", "--interval", "0"]);
        return result.ExitCode == 0 ? JsonNode.Parse(result.Output)!.AsObject() : throw new GatewayException($"{result}\n{Log}");
    }

    public async Task<double> OpenTunnelsAsync() => (await StatusAsync())["tunnels"]!["open"]!.GetValue<double>();

    /// <summary>Stops it gracefully, and waits for its end.</summary>
    public async Task QuitAsync()
    {
        var id = ProcessId!.Value;
        Send(Signal.Quit);
        Assert.True(await Wait.UntilAsync(() => !System.IO.Directory.Exists($"/proc/{id}"), s_patience), Log);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var id in _started.Append(ProcessId ?? 0).Where(id => id > 0))
            ProcessProbe.Send(id, Signal.Kill);
        _port.Dispose();
        _tlsPort.Dispose();
        Directory.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<CommandResult> RunAsync(params string[] more) =>
        Command.RunAsync(GatewayExecutable.Hawser.Path, ["-p", Directory.Path + "/", "-e", "error.log", "-c", "nginx.conf", .. more], s_patience);
}
