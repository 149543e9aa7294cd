using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hawser.Testing;

/// <summary>
/// A running gateway (nginx or Hawser) with a prefix directory of its own, stopped and checked for alarms when disposed.
/// </summary>
/// <remarks>
/// Started as <c>PROGRAM -p DIR/ -c nginx.conf -e error.log -g "daemon off; …"</c>. In the configuration <c>%%PORT_N%%</c> becomes a
/// free port of 127.0.0.1 (the same for the same N), <c>%%DIR%%</c> the prefix directory, and each name of
/// <see cref="GatewayOptions.Placeholders"/> its value.
/// </remarks>
public sealed partial class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_quitTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_termTimeout = TimeSpan.FromSeconds(5);

    private readonly GatewayOptions _options;
    private readonly SortedDictionary<int, PortLease> _ports = [];
    private readonly StringBuilder _output = new();
    private Process? _process;
    private bool _checked;

    private GatewayProcess(GatewayExecutable executable, GatewayOptions options)
    {
        Executable = executable;
        _options = options;
    }

    /// <summary>The program.</summary>
    public GatewayExecutable Executable { get; }

    /// <summary>The prefix directory: configuration, logs, pid file.</summary>
    public TestDirectory Directory { get; } = new();

    /// <summary>Process id; the content of the pid file.</summary>
    public int Id => _process!.Id;

    /// <summary>True until the process has ended.</summary>
    public bool IsRunning => !_process!.HasExited;

    /// <summary>The exit code of the ended process.</summary>
    public int ExitCode => _process!.ExitCode;

    /// <summary>Everything the process wrote to its standard streams so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Everything in the error log so far.</summary>
    public string ErrorLog => Directory.Read("error.log");

    /// <summary>The port that <c>%%PORT_N%%</c> stands for, leased on first use.</summary>
    public int Port(int n = 0)
    {
        if (!_ports.TryGetValue(n, out var lease))
            _ports[n] = lease = PortLease.Take();
        return lease.Port;
    }

    /// <summary>Starts a gateway and waits until it accepts connections, which its pid file announces.</summary>
    /// <param name="executable">The program.</param>
    /// <param name="configuration">The text of nginx.conf, with placeholders, one character for each byte.</param>
    /// <param name="options">How to start it; null for the defaults.</param>
    /// <exception cref="GatewayException">It ended, or wrote no pid file in time; the message holds all it said.</exception>
    public static async Task<GatewayProcess> StartAsync(
        GatewayExecutable executable, string configuration, GatewayOptions? options = null)
    {
        var gateway = Prepare(executable, configuration, options);
        try
        {
            gateway.Launch();
            await gateway.WaitUntilReadyAsync();
            return gateway;
        }
        catch
        {
            gateway._checked = true; // The failure to start is what to report, not its consequences.
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Prepares the prefix directory without starting anything, for <c>-t</c> and for starts that must fail.</summary>
    public static GatewayProcess Prepare(GatewayExecutable executable, string configuration, GatewayOptions? options = null)
    {
        if (!executable.Exists)
            throw new GatewayException($"{executable.Path} does not exist; ./test builds and installs what the tests need.");
        var gateway = new GatewayProcess(executable, options ?? new());
        gateway.WriteConfiguration(configuration);
        foreach (var (path, content) in gateway._options.Files)
            gateway.Directory.Write(path, content);
        System.IO.Directory.CreateDirectory(gateway.Directory["logs"]);
        return gateway;
    }

    /// <summary>Writes nginx.conf anew, with the same ports, for a reload.</summary>
    public void WriteConfiguration(string configuration) => Directory.Write("nginx.conf", Expand(configuration));

    /// <summary>Replaces the placeholders of a text.</summary>
    public string Expand(string text)
    {
        text = PortPlaceholder().Replace(
            text, match => Port(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        text = text.Replace("%%DIR%%", Directory.Path, StringComparison.Ordinal);
        foreach (var (name, value) in _options.Placeholders)
            text = text.Replace($"%%{name}%%", value, StringComparison.Ordinal);
        return text;
    }

    /// <summary>Runs the program once with this prefix and further arguments (<c>-t</c>, <c>-T</c>, <c>-s stop</c>) until it ends.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => RunWithGlobalsAsync(ownGlobals: true, arguments);

    /// <summary>As <see cref="RunAsync"/>, optionally without the fixture's own <c>-g</c>.</summary>
    public Task<CommandResult> RunWithGlobalsAsync(bool ownGlobals, params string[] arguments) =>
        Command.RunAsync(Executable.Path, [.. ownGlobals ? Arguments() : Arguments().Take(6), .. arguments]);

    /// <summary>Starts the process without waiting for its pid file.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var shell = _options.Inherits switch
        {
            Inheritance.StandardErrorClosed => "exec \"$0\" \"$@\" 2>&-",
            Inheritance.AllStreamsClosed => "exec \"$0\" \"$@\" <&- >&- 2>&-",
            Inheritance.SignalsIgnored => "trap '' HUP INT QUIT; exec \"$0\" \"$@\"",
            _ => null,
        };
        if (_options.OpenFiles is { } files)
            shell = $"ulimit -n {files}; {shell ?? "exec \"$0\" \"$@\""}";
        string[] command = shell is null ? [Executable.Path, .. Arguments()] : ["/bin/sh", "-c", shell, Executable.Path, .. Arguments()];
        start.FileName = command[0];
        foreach (var argument in command[1..])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in _options.Environment)
            start.Environment[name] = value;

        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Collect(line.Data);
        _process.ErrorDataReceived += (_, line) => Collect(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits for the pid file and checks that it names this process.</summary>
    public async Task WaitUntilReadyAsync()
    {
        var ready = await Wait.UntilAsync(
            () => Directory.Read("nginx.pid").EndsWith('\n') || _process!.HasExited, _options.StartTimeout);
        if (_process!.HasExited)
            throw new GatewayException($"{Executable} ended with {_process.ExitCode} instead of starting.\n{Describe()}");
        if (!ready)
        {
            var threads = string.Join('\n', ProcessProbe.DescribeThreads(Id));
            throw new GatewayException($"{Executable} wrote no pid file within {_options.StartTimeout.TotalSeconds:0} s.\n--- threads\n{threads}\n{Describe()}");
        }

        var pid = Directory.Read("nginx.pid").Trim();
        if (pid != Id.ToString(CultureInfo.InvariantCulture))
            throw new GatewayException($"The pid file says {pid}, the process is {Id}.");
    }

    /// <summary>Sends a signal.</summary>
    public void Send(Signal signal)
    {
        if (!ProcessProbe.Send(Id, signal))
            throw new GatewayException($"{signal} could not be sent: {Executable} is gone.\n{Describe()}");
    }

    /// <summary>Sends HUP and waits until the given text has been added to the error log, or until a moment has passed.</summary>
    /// <param name="expectInLog">What the log will say; null to wait until new connections get the new configuration as judged by <paramref name="applied"/>.</param>
    /// <param name="applied">Asked again and again until it says true.</param>
    public async Task ReloadAsync(string? expectInLog = null, Func<Task<bool>>? applied = null)
    {
        var before = ErrorLog.Length;
        Send(Signal.Hup);
        var deadline = TimeSpan.FromSeconds(10);
        if (expectInLog is not null
            && !await Wait.UntilAsync(() => ErrorLog[before..].Contains(expectInLog, StringComparison.Ordinal), deadline))
            throw new GatewayException($"After HUP the error log does not say \"{expectInLog}\".\n{Describe()}");
        if (applied is not null && !await Wait.UntilAsync(applied, deadline))
            throw new GatewayException($"The reload did not take effect.\n{Describe()}");
    }

    /// <summary>Waits for the process to end.</summary>
    /// <returns>Its exit code; null when the time is over.</returns>
    public async Task<int?> WaitForExitAsync(TimeSpan timeout)
    {
        using var over = new CancellationTokenSource(timeout);
        try
        {
            await _process!.WaitForExitAsync(over.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Stops gracefully with QUIT; with TERM, then KILL where that is not enough.</summary>
    /// <exception cref="GatewayException">QUIT was not enough, or something alarming was logged.</exception>
    public async Task StopAsync()
    {
        _checked = true;
        if (_process is null)
            return;
        var late = IsRunning ? await EndAsync() : null;
        if (late is not null)
            throw new GatewayException($"{Executable} did not end {late}.\n{Describe()}");
        if (Alarms() is { Count: > 0 } alarms)
            throw new GatewayException($"{Executable} raised alarms:\n{string.Join('\n', alarms)}\n{Describe()}");
    }

    /// <summary>Lines that no run may leave behind: alerts, crashes, sanitizer reports.</summary>
    public IReadOnlyList<string> Alarms() =>
    [
        .. (ErrorLog + "\n" + Output).Split('\n').Where(line =>
            line.Contains("[alert]", StringComparison.Ordinal) && (_options.ExpectedAlarm is not { } expected || !line.Contains(expected, StringComparison.Ordinal))
            || line.Contains("Unhandled exception", StringComparison.Ordinal)
            || line.Contains("Process terminated", StringComparison.Ordinal)
            || line.Contains("exited on signal", StringComparison.Ordinal)
            || line.Contains("Sanitizer", StringComparison.Ordinal)),
    ];

    /// <summary>All that is known about the process, for the message of a failure.</summary>
    public string Describe()
    {
        var log = ErrorLog;
        return $"""
            --- {Executable.Path} in {Directory.Path}
            --- output
            {Output}
            --- error.log (end)
            {(log.Length > 6000 ? log[^6000..] : log)}
            """;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_checked)
                await StopAsync();
            else if (_process is { HasExited: false })
                await EndAsync();
        }
        finally
        {
            _process?.Dispose();
            foreach (var lease in _ports.Values)
                lease.Dispose();
            Directory.Dispose();
        }
    }

    /// <returns>Null when QUIT was enough, else what it did not react to.</returns>
    private async Task<string?> EndAsync()
    {
        _ = ProcessProbe.Send(Id, Signal.Quit);
        if (await WaitForExitAsync(s_quitTimeout) is not null)
            return null;
        _ = ProcessProbe.Send(Id, Signal.Term);
        if (await WaitForExitAsync(s_termTimeout) is not null)
            return $"within {s_quitTimeout.TotalSeconds:0} s of QUIT";
        _ = ProcessProbe.Send(Id, Signal.Kill);
        await _process!.WaitForExitAsync();
        return $"within {s_termTimeout.TotalSeconds:0} s of TERM either";
    }

    private string[] Arguments() =>
    [
        "-p", Directory.Path + "/", "-c", "nginx.conf", "-e", "error.log",
        "-g", $"daemon off; pid nginx.pid; {(System.Environment.IsPrivilegedProcess ? "user root; " : "")}{Expand(_options.Globals)}",
    ];

    private void Collect(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.Append(line).Append('\n');
    }

    [GeneratedRegex("%%PORT_([0-9]+)%%")]
    private static partial Regex PortPlaceholder();
}

/// <summary>A gateway did not start, stop or behave as a fixture needs it to.</summary>
public sealed class GatewayException(string message) : Exception(message);
