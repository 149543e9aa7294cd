using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.IO.Native;

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
    private readonly BootstrapLog _log;
    private readonly ProcessPolicy _policy;
    private readonly bool _detached = DetachedProcess.IsThisProcess;
    private IGatewayHost? _host;
    private MainConfig? _configuration;
    private PidFile? _pidFile;

    public GatewayProcess(ConfigurationSource source, IGatewayFactory factory, BootstrapLog log, ProcessPolicy policy)
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
        if (_source.Load(_log).Config is not { } configuration)
            return Failure;

        try
        {
            // 2 background: the copy comes back here with _detached set
            if (_policy.Detach && !_detached && configuration.Get(Known.Daemon))
                return DetachedProcess.StartAndWait();

            return Serve(configuration);
        }
        catch (Exception e) when (e is GatewayFailureException or IOException)
        {
            _log.Write(ErrorLogLevel.Emerg, e.Message);
            return Failure;
        }
        catch (CredentialsException e)
        {
            _log.Write(ErrorLogLevel.Emerg, e.Message);
            return Fatal;
        }
        finally
        {
            _pidFile?.Dispose();
        }
    }

    private int Serve(MainConfig configuration)
    {
        // 3 process attributes; the user is looked up before anything is bound, so that a wrong name costs nothing
        var user = _policy.DropUser ? ProcessUser.Resolve(configuration, _log) : null;
        ApplyAttributes(configuration);

        // 4 signals before the pid file: who reads it may use it at once
        using var queue = new ControlQueue();
        queue.Listen(_detached);

        // 5 listeners, pid file, user
        _configuration = configuration;
        _host = _factory.Start(configuration);
        if (_policy.WritePidFile)
            _pidFile = CreatePidFile(configuration);
        if (user is not null)
            Credentials.Drop(user.Name, user.UserId, user.GroupId);

        // 6 ready
        _host.Completion.ContinueWith(
            _ => queue.Post(ControlRequest.Completed, ""), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Started?.Invoke();
        LeaveTerminal();

        // 7 serve until the gateway has ended
        while (Handle(queue.Take()))
        {
        }

        _host.Completion.GetAwaiter().GetResult(); // an error that ended it ends the process as an error
        _host.Log(ErrorLogLevel.Notice, "exit");
        return Success;
    }

    /// <summary>Does what a signal asks for. False when the gateway has ended.</summary>
    private bool Handle((ControlRequest Request, string Cause) item)
    {
        if (item.Request == ControlRequest.Completed)
            return false;

        _host!.Log(ErrorLogLevel.Notice, item.Cause);
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
                _host.Log(ErrorLogLevel.Notice, "reopening logs");
                _host.ReopenLogs();
                break;
            case ControlRequest.StopAccepting:
                _host.StopAccepting();
                break;
        }

        return true;
    }

    /// <summary>A configuration that cannot be used changes nothing; the log says why.</summary>
    private void Reload()
    {
        _host!.Log(ErrorLogLevel.Notice, "reconfiguring");
        using var log = BootstrapLog.Forward(_host.Log);
        if (_source.Load(log).Config is not { } configuration)
            return;

        try
        {
            if (_policy.DropUser)
                ProcessUser.Resolve(configuration, log);
            _host.Reload(configuration);
            ReplacePidFile(configuration);
            _configuration = configuration;
        }
        catch (Exception e) when (e is GatewayFailureException or IOException)
        {
            _host.Log(ErrorLogLevel.Emerg, e.Message);
        }
    }

    private void ReplacePidFile(MainConfig configuration)
    {
        if (!_policy.WritePidFile || configuration.Get(Known.Pid) == _configuration!.Get(Known.Pid))
            return;

        var created = CreatePidFile(configuration);
        _pidFile?.Dispose();
        _pidFile = created;
    }

    private static PidFile CreatePidFile(MainConfig configuration)
    {
        var (path, _, isExplicit) = configuration.Find(Known.Pid);
        var name = ByteText.ToDisplay(path);

        // nginx's packages ship the directory of the default; here it may never have existed.
        if (!isExplicit && Path.GetDirectoryName(name) is { } directory && Directory.Exists(Path.GetDirectoryName(directory)))
            TryCreateDirectory(directory);

        return PidFile.Create(name, Environment.ProcessId);
    }

    private static void TryCreateDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Writing the file will fail and say why.
        }
    }

    private void ApplyAttributes(MainConfig configuration)
    {
        foreach (var variable in configuration.Get(Known.Env))
        {
            if (variable.Value is not null)
                Environment.SetEnvironmentVariable(ByteText.ToDisplay(variable.Name), ByteText.ToDisplay(variable.Value));
        }

        if (configuration.Get(Known.WorkerRlimitNofile) is var files and > 0)
            Report(ProcessControl.SetOpenFileLimit((ulong)files), $"setrlimit(RLIMIT_NOFILE, {files})");
        if (configuration.Get(Known.WorkerRlimitCore) is var core and >= 0)
            Report(ProcessControl.SetCoreSizeLimit((ulong)core), $"setrlimit(RLIMIT_CORE, {core})");
        if (configuration.Get(Known.WorkingDirectory) is { } directory)
            Report(ProcessControl.ChangeDirectory(ByteText.ToDisplay(directory)), $"chdir(\"{ByteText.ToDisplay(directory)}\")");
    }

    private void Report(int errno, string call)
    {
        if (errno != 0)
            _log.Write(ErrorLogLevel.Alert, $"{call} failed {SystemError.Describe(errno)}");
    }

    /// <summary>
    /// In the background, what the runtime itself might still print (an unhandled exception) goes to the error log; the terminal, or an ssh
    /// session waiting for it, is let go.
    /// </summary>
    private void LeaveTerminal()
    {
        _log.LeaveTerminal();
        if (!_detached)
            return;

        foreach (var log in _configuration!.Get(Known.ErrorLog))
        {
            if (log.Path is null)
            {
                DetachedProcess.ReportReady();
                return; // error_log stderr: it stays
            }
        }

        using var target = AppendFile.Open(_configuration.Get(Known.ErrorLog) is [{ Path: { } path }, ..] ? ByteText.ToDisplay(path) : "/dev/null");
        Report(ProcessControl.Duplicate(target.Descriptor, StandardError.Descriptor), "dup2(STDERR)");
        DetachedProcess.ReportReady();
    }
}
