using System.Collections.Immutable;
using Hawser.Control;
using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>
/// The life of a gateway process, from a checked configuration to the exit code. One thread runs all of it; signals reach it through
/// <see cref="ControlQueue"/>.
/// </summary>
internal sealed class GatewayProcess
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int Fatal = 2; // nginx's workers exit with 2 where the system refuses them something

    private readonly ConfigurationSource _source;
    private readonly IGatewayFactory _factory;
    private readonly StartupLog _log;
    private readonly ProcessPolicy _policy;
    private readonly bool _detached = ProcessServices.IsDetached;
    private readonly ProgramLaunch _launch = ProgramLaunch.Current();
    private InheritedListeners _inherited = InheritedListeners.None;
    private BinaryUpgrade? _upgrade;
    private bool _pausedAccepting;
    private IGatewayHost? _host;
    private ProcessUser? _user;
    private GatewayConfiguration? _configuration;
    private ProcessFiles? _files;
    private ControlHandler? _control;

    public GatewayProcess(ConfigurationSource source, IGatewayFactory factory, StartupLog log, ProcessPolicy policy)
    {
        _source = source;
        _factory = factory;
        _log = log;
        _policy = policy;
    }

    /// <summary>Called once when everything listens.</summary>
    public Action? Started { get; init; }

    /// <summary>Runs the gateway.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        // 1 configuration
        var configuration = _source.Load(_log);
        if (!configuration.IsUsable)
            return Failure;

        try
        {
            // 2 background: the copy comes back here with _detached set; who is started in the place of another process is where that was
            _inherited = InheritedListeners.Take(_log);
            if (_policy.Detach && !_detached && !_inherited.IsSuccessor && configuration.Process.Daemon)
                return ProcessServices.StartDetached();

            return Serve(configuration);
        }
        catch (Exception e) when (e is GatewayFailureException or IOException)
        {
            _log.Write(MessageLevel.Emergency, e.Message);
            _host?.StopNow();
            return Failure;
        }
        finally
        {
            _files?.Dispose();
        }
    }

    private int Serve(GatewayConfiguration configuration)
    {
        // 3 process attributes; the user is looked up before anything is bound, so that a wrong name costs nothing
        _user = _policy.DropUser && !ProcessServices.HasGivenUpRoot ? ProcessUser.Resolve(configuration.Process.User, _log) : null;
        ApplyAttributes(configuration.Process);
        LogFolder.Create(configuration.Process);
        if (configuration.Process.ErrorLogs is [{ } errorLog, ..])
            _log.MoveTo(errorLog);

        // 4 signals before the pid file: who reads it may use it at once
        var inBackground = _detached || _inherited.IsSuccessor;
        using var queue = new ControlQueue();
        queue.Listen(inBackground);
        _upgrade = new BinaryUpgrade(_launch, _inherited, queue);

        // 5 what takes root: listeners, pid file, the error log for the runtime's own output
        _configuration = configuration;
        _host = _factory.Start(configuration, _inherited);
        foreach (var warning in _host.Warnings)
            _log.Write(MessageLevel.Warning, warning);
        _control = new ControlHandler(_host, queue, _source.Path);
        if (_policy.WritePidFile)
            _files = CreateFiles(configuration.Process.PidPath);
        if (inBackground && configuration.Process.Daemon)
            RedirectError(configuration.Process.ErrorLogs);

        // 6 user
        if (_user is not null && ProcessServices.DropPrivileges(_user.Name, _user.UserId, _user.GroupId) is { } error)
        {
            _log.Write(MessageLevel.Emergency, error);
            _host.StopNow();
            return Fatal;
        }

        // 7 ready
        _host.Completion.ContinueWith(
            _ => queue.Post(ControlRequest.Completed, ""), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Started?.Invoke();
        _log.LeaveTerminal();
        ProcessServices.ReportReady();

        // 8 serve until the gateway has ended
        while (Handle(queue.Take()))
        {
        }

        _host.Completion.GetAwaiter().GetResult(); // an error that ended it ends the process as an error
        _host.Log(MessageLevel.Notice, "exit");
        return Success;
    }

    /// <summary>Does what a signal asks for. False when the gateway has ended.</summary>
    private bool Handle((ControlRequest Request, string Cause) item)
    {
        if (item.Request == ControlRequest.Completed)
            return false;

        _host!.Log(MessageLevel.Notice, item.Cause);
        switch (item.Request)
        {
            case ControlRequest.Stop:
                _host.StopNow();
                break;
            case ControlRequest.Quit:
                _host.BeginGracefulStop();
                break;
            case ControlRequest.Reload:
                Reload();
                break;
            case ControlRequest.Reopen:
                _host.Log(MessageLevel.Notice, "reopening logs");
                _host.ReopenLogs();
                break;
            case ControlRequest.StopAccepting:
                _host.StopAccepting();
                _pausedAccepting = true;
                break;
            case ControlRequest.Upgrade:
                _upgrade!.Start(_host, _files, _configuration!.Process.PidPath);
                break;
            case ControlRequest.SuccessorEnded:
                _upgrade!.Ended(_host, _files, _configuration!.Process.PidPath);
                ResumeAccepting();
                break;
        }

        return true;
    }

    /// <summary>A configuration that cannot be used changes nothing; the log says why.</summary>
    private void Reload()
    {
        if (_upgrade!.IsRunning)
        {
            // As nginx: while a new binary runs, HUP only brings the old one back to work, with the configuration it has.
            ResumeAccepting();
            return;
        }

        _host!.Log(MessageLevel.Notice, "reconfiguring");
        using var log = StartupLog.Forward(_host.Log);
        var configuration = _source.Load(log);
        if (!configuration.IsUsable)
            return;

        try
        {
            WarnOfOtherUser(configuration.Process.User);
            LogFolder.Create(configuration.Process);
            _host.Reload(configuration);
            _pausedAccepting = false;
            ReplacePidFile(configuration.Process);
            _configuration = configuration;
        }
        catch (Exception e) when (e is GatewayFailureException or IOException)
        {
            _host.Log(MessageLevel.Emergency, e.Message);
        }
    }

    private void ResumeAccepting()
    {
        if (_pausedAccepting)
            _host!.ResumeAccepting();
        _pausedAccepting = false;
    }

    private void WarnOfOtherUser(UserSetting? setting)
    {
        if (_user is not null && setting is not null && setting.User != _user.Name)
            _host!.Log(MessageLevel.Warning, $"the user stays \"{_user.Name}\" until the program is started again, \"{setting.User}\" is ignored{setting.Place}");
    }

    private void ReplacePidFile(ProcessSettings settings)
    {
        if (!_policy.WritePidFile || settings.PidPath == _configuration!.Process.PidPath)
            return;

        var created = CreateFiles(settings.PidPath);
        _files?.Dispose();
        _files = created;
    }

    private ProcessFiles CreateFiles(string pidPath) =>
        ProcessFiles.Create(pidPath, _control!.Answer, message => _host!.Log(MessageLevel.Warning, message));

    private void ApplyAttributes(ProcessSettings settings)
    {
        foreach (var (name, value) in settings.Environment)
            Environment.SetEnvironmentVariable(name, value);
        TimeZoneInfo.ClearCachedData(); // env TZ=…

        if (settings.OpenFileLimit > 0)
            Report(ProcessServices.SetOpenFileLimit((ulong)settings.OpenFileLimit), $"setrlimit(RLIMIT_NOFILE, {settings.OpenFileLimit})");
        if (settings.CoreSizeLimit >= 0)
            Report(ProcessServices.SetCoreSizeLimit((ulong)settings.CoreSizeLimit), $"setrlimit(RLIMIT_CORE, {settings.CoreSizeLimit})");
        if (settings.WorkingDirectory is { } directory)
            Report(ProcessServices.ChangeDirectory(directory), $"chdir(\"{directory}\")");
    }

    private void Report(int errno, string call)
    {
        if (errno != 0)
            _log.Write(MessageLevel.Alert, $"{call} failed {ProcessServices.DescribeError(errno)}");
    }

    /// <summary>
    /// In the background, what the runtime itself might still print (an unhandled exception) goes to the error log; the terminal, or an ssh
    /// session waiting for it, is let go.
    /// </summary>
    private void RedirectError(ImmutableArray<string?> logs)
    {
        if (!logs.Contains(null)) // error_log stderr: the stream stays as it is
            Report(ProcessServices.RedirectError(logs is [{ } path, ..] ? path : "/dev/null"), "dup2(STDERR)");
    }
}
