using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hawser.Testing;

namespace Hawser.Differential;

/// <summary>Runs a case on one gateway.</summary>
public sealed partial class CaseRunner
{
    // How long a connection is watched for an end that should already have come.
    private static readonly TimeSpan s_endPatience = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    private readonly DifferentialCase _case;
    private readonly GatewayExecutable _executable;
    private readonly Normaliser _normaliser;
    private readonly List<string> _clientLines = [];
    private readonly SortedDictionary<int, (RawClient Client, Stopwatch Since)> _clients = [];

    private CaseRunner(DifferentialCase differentialCase, GatewayExecutable executable)
    {
        _case = differentialCase;
        _executable = executable;
        _normaliser = new(differentialCase.Expected);
    }

    /// <summary>Starts the gateway and the backends, plays the client's part, and writes down what happened.</summary>
    /// <exception cref="GatewayException">The gateway did not start or stop as it should, or raised an alarm.</exception>
    public static Task<Transcript> RunAsync(DifferentialCase differentialCase, GatewayExecutable executable) =>
        new CaseRunner(differentialCase, executable).RunAsync();

    private async Task<Transcript> RunAsync()
    {
        var backends = new SortedDictionary<string, ScriptedBackend>(StringComparer.Ordinal);
        // A backend that is named in the configuration and has no script is a port where nobody listens.
        using var refused = PortLease.Take();
        try
        {
            foreach (var (name, backend) in _case.Backends)
                backends.Add(name, backend.Tls is { } tls ? new ScriptedBackend(tls, backend.Replies) : new ScriptedBackend(backend.Replies));
            var placeholders = new Dictionary<string, string> { ["REFUSED"] = refused.Port.ToString(CultureInfo.InvariantCulture) };
            _normaliser.ReplacePort(refused.Port, "refused");
            foreach (var (name, backend) in backends)
            {
                placeholders[name.Length == 0 ? "BACKEND" : $"BACKEND_{name}"] = backend.Port.ToString(CultureInfo.InvariantCulture);
                _normaliser.ReplacePort(backend.Port, name.Length == 0 ? "backend" : $"backend {name}");
            }

            var gateway = GatewayProcess.Prepare(_executable, _case.ConfigurationFor(_executable), new() { Placeholders = placeholders });
            await using var _ = gateway;
            Prepare(gateway);
            return _case.Expected.TestsConfigurationOnly ? await TestConfigurationAsync(gateway) : await PlayAsync(gateway, backends);
        }
        finally
        {
            foreach (var backend in backends.Values)
                await backend.DisposeAsync();
        }
    }

    private void Prepare(GatewayProcess gateway)
    {
        foreach (var file in _case.Files)
            file.WriteTo(gateway.Directory);
        // Hawser brings a mime.types of its own; nginx reads the one beside its configuration.
        if (_executable.Name == "nginx" && !File.Exists(gateway.Directory["mime.types"]))
            File.Copy("/etc/nginx/mime.types", gateway.Directory["mime.types"]);
        _normaliser.Replace(gateway.Directory.Path, "{dir}");
        for (var n = 0; n < 3; n++)
            _normaliser.ReplacePort(gateway.Port(n), $"port {n}");
    }

    private async Task<Transcript> TestConfigurationAsync(GatewayProcess gateway)
    {
        var result = await gateway.RunAsync("-t");
        // "nginx: [emerg] …" and "hawser: [emerg] …": what tools read begins at the bracket. nginx stops at the first error; Hawser reports
        // all of them, so only the first one is compared.
        var lines = (result.Output + result.Error).Split('\n').Select(line => Message().Match(line).Value).Where(line => line.Length > 0).ToList();
        var first = lines.FindIndex(line => !line.StartsWith("[warn]", StringComparison.Ordinal));
        lines = first < 0 ? lines : [lines[first]];
        return Write(new() { [Part.Config] = [$"exit code {result.ExitCode}", .. lines.Select(_normaliser.Text)] }, gateway);
    }

    private async Task<Transcript> PlayAsync(GatewayProcess gateway, SortedDictionary<string, ScriptedBackend> backends)
    {
        gateway.Launch();
        await gateway.WaitUntilReadyAsync();
        try
        {
            foreach (var step in _case.Client)
                await DoAsync(step, gateway.Port(step.Port));
            foreach (var (number, (client, _)) in _clients)
                await WatchEndAsync(number, client);
        }
        finally
        {
            // Before the gateway is asked to stop: it would wait for them.
            foreach (var (client, _) in _clients.Values)
                await client.DisposeAsync();
        }

        // The access log of a tunnel is written once its client has gone, which the gateway learns in its own time.
        await Wait.UntilAsync(() => backends.Values.All(Settled), s_settle);
        await gateway.StopAsync();
        // With the process, its connections have ended; a backend that has no time yet will see it.
        await Wait.UntilAsync(() => backends.Values.All(backend => backend.Connections.All(connection => connection.IsOver)), s_settle);
        return Write(
            new()
            {
                [Part.Client] = _clientLines,
                [Part.Backend] = [.. backends.SelectMany(backend => BackendLines(backend.Key, backend.Value))],
                [Part.Log] = LogLines(gateway),
            },
            gateway);
    }

    private async Task WatchEndAsync(int number, RawClient client)
    {
        var state = await client.WaitForEndAsync(s_endPatience);
        AddClientLines(number, _normaliser.Lines(client.Pending).Select(line => $"[unexpected] {line}"));
        AddClientLines(number, [$"[connection: {EndOf(state, client.IsTls, client.PeerSaidGoodbye, client.TlsFailure)}]"]);
    }

    // An echoing backend holds its side open until the gateway ends the tunnel.
    private static bool Settled(ScriptedBackend backend) =>
        backend.Connections.All(connection => connection.State != ConnectionState.Open || !connection.IsTunnel);

    private async Task DoAsync(ClientStep step, int port)
    {
        if (!_clients.TryGetValue(step.Connection, out var entry))
        {
            entry = (await RawClient.ConnectAsync(port), Stopwatch.StartNew());
            _clients[step.Connection] = entry;
            _normaliser.ReplacePort(entry.Client.LocalPort, $"client {step.Connection}");
        }

        var client = entry.Client;
        switch (step)
        {
            case ClientStep.Send send:
                if (send.Text.Contains(" HTTP/", StringComparison.Ordinal))
                    AddClientLines(step.Connection, [$"> {Bytes.Escape(send.Text).Split('\n')[0]}"]);
                await client.SendAsync(WithPort(send.Text, port));
                entry.Since.Restart();
                break;
            case ClientStep.Pause pause:
                await Task.Delay(pause.Time);
                break;
            case ClientStep.ReadReply read:
                await ReadReplyAsync(step.Connection, client, read);
                break;
            case ClientStep.ReadUntilIdle idle:
                AddClientLines(step.Connection, _normaliser.Lines(await client.ReadUntilIdleAsync(idle.Idle)));
                break;
            case ClientStep.Read read:
                AddClientLines(step.Connection, _normaliser.Lines(await client.ReadAsync(read.Count)));
                break;
            case ClientStep.WaitForEnd wait:
                var state = await client.WaitForEndAsync(wait.Timeout);
                AddClientLines(step.Connection,
                [
                    state == ConnectionState.Open
                        ? $"[still open after {wait.Timeout.TotalSeconds:0} s]"
                        : $"[{EndOf(state, client.IsTls, client.PeerSaidGoodbye, client.TlsFailure)} after {entry.Since.Elapsed.TotalSeconds:0} s]",
                ]);
                break;
            case ClientStep.StartTls start:
                await StartTlsAsync(step.Connection, client, start.Peer);
                break;
            case ClientStep.SayGoodbye:
                await client.SayGoodbyeAsync();
                break;
            case ClientStep.EndSending end:
                if (end.SaysGoodbye)
                    await client.SayGoodbyeAsync();
                client.EndSending();
                break;
            case ClientStep.Reset:
                client.Reset();
                break;
            default:
                throw new NotSupportedException(step.ToString());
        }
    }

    // A later request on the same connection finds TLS there.
    private async Task StartTlsAsync(int connection, RawClient client, TlsPeer peer)
    {
        if (client.IsTls)
            return;
        await client.StartTlsAsync(peer);
        AddClientLines(connection, [$"[tls: {client.TlsAgreement ?? "no handshake"}]"]);
    }

    // How a connection ended or stands; what TLS has to say about it stands behind.
    private string EndOf(ConnectionState state, bool isTls, bool saidGoodbye, string? failure)
    {
        var text = state.ToString().ToLowerInvariant();
        if (failure is not null)
            return $"{text}, TLS failed: {failure}";
        return isTls && _case.Expected.ComparesGoodbyes && (saidGoodbye || state == ConnectionState.Closed) ? $"{text} {(saidGoodbye ? "with" : "without")} close_notify" : text;
    }

    private static string WithPort(string text, int port) =>
        text.Replace("%%PORT%%", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private async Task ReadReplyAsync(int connection, RawClient client, ClientStep.ReadReply read)
    {
        HttpReply? reply;
        do
        {
            reply = await client.ReadReplyAsync(read.IsHead, read.Timeout);
            var nothing = client.State == ConnectionState.Open ? "[no reply]" : "[ended without a reply]";
            AddClientLines(connection, reply is null ? [nothing] : _normaliser.Reply(reply));
        }
        while (!read.Interim && reply is { Status: >= 100 and < 200 and not 101 });
    }

    private void AddClientLines(int connection, IEnumerable<string> lines)
    {
        var prefix = _case.Client.Any(step => step.Connection != 1) ? $"{connection}| " : "";
        _clientLines.AddRange(lines.Select(line => prefix + line));
    }

    // A connection that lingers is logged when it is over, and which of several is over first is chance.
    private List<string> LogLines(GatewayProcess gateway)
    {
        var lines = _normaliser.Lines(gateway.Directory.Read("access.log") + gateway.Directory.Read("logs/access.log"));
        return [.. _clients.Count > 1 ? lines.Order(StringComparer.Ordinal) : lines];
    }

    private IEnumerable<string> BackendLines(string name, ScriptedBackend backend)
    {
        var prefix = name.Length == 0 ? "" : $"{name}| ";
        if (!_case.Expected.ComparesBackendConnections)
        {
            return backend.Connections.SelectMany(TlsLines).Distinct()
                .Concat(Normaliser.HostFirst(_normaliser.Lines(backend.Received))).Select(line => prefix + line);
        }

        return backend.Connections.SelectMany((connection, i) => TlsLines(connection)
            .Concat(Normaliser.HostFirst(_normaliser.Lines(connection.Received)))
            .Prepend($"[connection {i + 1}]")
            .Append($"[{EndOf(connection.State, connection.TlsAgreement is not null, connection.PeerSaidGoodbye, null)} by the gateway]")
            .Select(line => prefix + line));
    }

    private static IEnumerable<string> TlsLines(BackendConnection connection)
    {
        if (connection.TlsAgreement is { } agreement)
            yield return $"[tls: {agreement}]";
        if (connection.TlsFailure is { } failure)
            yield return $"[TLS failed: {failure}]";
    }

    private Transcript Write(Dictionary<Part, IReadOnlyList<string>> parts, GatewayProcess gateway)
    {
        // Notices tell of starting and stopping; a reader of a failure wants the rest.
        var lines = gateway.ErrorLog.Split('\n').Where(line => !line.Contains("[notice]", StringComparison.Ordinal));
        return new(_executable.Name, parts, _normaliser.Text(string.Join('\n', lines)));
    }

    [GeneratedRegex(@"\[(warn|emerg|alert|crit|error)\] .*")]
    private static partial Regex Message();
}
