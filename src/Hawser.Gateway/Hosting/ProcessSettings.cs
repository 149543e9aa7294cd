using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Gateway.Hosting;

/// <summary>The directives of the main context that concern the process as a whole.</summary>
public sealed record ProcessSettings
{
    /// <summary><c>daemon</c>: whether to leave the terminal.</summary>
    public required bool Daemon { get; init; }

    /// <summary><c>pid</c>, a full path.</summary>
    public required string PidPath { get; init; }

    /// <summary><c>user</c>; null where it is not written.</summary>
    public required UserSetting? User { get; init; }

    /// <summary><c>env NAME=VALUE</c>. Variables without a value are kept anyway.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary><c>worker_rlimit_nofile</c>; 0 leaves the limit.</summary>
    public required int OpenFileLimit { get; init; }

    /// <summary><c>worker_rlimit_core</c> in bytes; -1 leaves the limit.</summary>
    public required long CoreSizeLimit { get; init; }

    /// <summary><c>working_directory</c>; null stays where the process was started.</summary>
    public required string? WorkingDirectory { get; init; }

    /// <summary><c>error_log</c> of the main context where it is no syslog: full paths, null for <c>stderr</c>.</summary>
    public required ImmutableArray<string?> ErrorLogs { get; init; }

    /// <summary>
    /// The folder <c>logs</c> below the prefix, if a log or the pid file goes there. nginx's installation makes it; here it may never have
    /// existed.
    /// </summary>
    public required string? LogFolder { get; init; }

    internal static ProcessSettings From(MainConfig main) => new()
    {
        Daemon = main.Get(Known.Daemon),
        PidPath = ByteText.ToDisplay(main.Get(Known.Pid)),
        User = ToUser(main.Find(Known.User)),
        Environment = ToEnvironment(main),
        OpenFileLimit = main.Get(Known.WorkerRlimitNofile),
        CoreSizeLimit = main.Get(Known.WorkerRlimitCore),
        WorkingDirectory = main.Get(Known.WorkingDirectory) is { } directory ? ByteText.ToDisplay(directory) : null,
        ErrorLogs = [.. main.Get(Known.ErrorLog).Where(log => log.Syslog is null).Select(log => log.Path is null ? null : ByteText.ToDisplay(log.Path))],
        LogFolder = FindLogFolder(main),
    };

    private static ImmutableArray<KeyValuePair<string, string>> ToEnvironment(MainConfig main)
    {
        var variables = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var variable in main.Get(Known.Env))
        {
            if (variable.Value is not null)
                variables.Add(KeyValuePair.Create(ByteText.ToDisplay(variable.Name), ByteText.ToDisplay(variable.Value)));
        }

        return variables.ToImmutable();
    }

    private static string? FindLogFolder(MainConfig main)
    {
        var folder = main.Prefix + "logs/";
        var files = LogFiles(main).Append(main.Get(Known.Pid));
        return files.Any(file => file.LastIndexOf('/') == folder.Length - 1 && file.StartsWith(folder, StringComparison.Ordinal)) ? ByteText.ToDisplay(folder) : null;
    }

    /// <summary>The files of all logs whose names are known before a request comes.</summary>
    private static IEnumerable<string> LogFiles(MainConfig main)
    {
        var scopes = new Queue<ConfigScope>([main]);
        while (scopes.TryDequeue(out var scope))
        {
            foreach (var log in scope.Get(Known.ErrorLog))
            {
                if (log.Path is not null)
                    yield return log.Path;
            }

            if (scope is not MainConfig && scope.Get(Known.AccessLog) is { IsOff: false } access)
            {
                foreach (var log in access.Logs)
                    yield return log.Path.IsConstant ? log.Path.ConstantValue : "";
            }

            foreach (var inner in Inner(scope))
                scopes.Enqueue(inner);
        }
    }

    private static IEnumerable<ConfigScope> Inner(ConfigScope scope) => scope switch
    {
        MainConfig { Http: { } http } => [http],
        HttpConfig http => http.Servers,
        ServerConfig server => server.Locations,
        LocationConfig location => location.Locations,
        _ => [],
    };

    private static UserSetting? ToUser(Setting<UserConfig?> setting) => setting.Value is { } user
        ? new UserSetting(ByteText.ToDisplay(user.User), ByteText.ToDisplay(user.Group), SourcePlace.Suffix(setting.Span))
        : null;
}

/// <summary><c>user user [group]</c></summary>
/// <param name="User">The user's name.</param>
/// <param name="Group">The group's name; the user's name if not given.</param>
/// <param name="Place">Where it is written, as messages end: <c> in /etc/nginx/nginx.conf:1</c>.</param>
public sealed record UserSetting(string User, string Group, string Place);
