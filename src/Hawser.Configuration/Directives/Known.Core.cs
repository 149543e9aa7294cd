using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

/// <summary>
/// The one table of directives, split by nginx's modules. A field bears the directive's name in Pascal case. Defaults are those of nginx 1.31.
/// </summary>
public static partial class Known
{
    public static readonly Directive<int> Include = Modules.Core.Add(
        new Directive<int>("include", In.Any, Arity.One, 0, _ => 0)
        {
            Syntax = ["file | mask"],
            Repetition = Repetition.Append,
            Inheritance = Inheritance.None,
            Combine = (_, _) => 0,
            Summary = "Reads another file, or all files that match a mask, in place of the directive. Relative paths start at the directory of the main file.",
            DifferenceFromNginx = "A mime.types that is missing beside the configuration is taken from the program itself.",
        });

    public static readonly Directive<bool> Daemon = Modules.Core.Flag("daemon", In.Main, true, "Whether the program leaves the terminal and runs in the background.");

    public static readonly Directive<bool> MasterProcess = Modules.Core.Flag(
        "master_process", In.Main, true, "Whether nginx starts worker processes. Hawser is one process with event-loop threads either way.", noEffect: true);

    public static readonly Directive<string> Pid = Modules.Core.Add(
        new Directive<string>("pid", In.Main, Arity.One, "logs/nginx.pid", c => c.FullPath(c.Text()))
        {
            DefaultFrom = root => root.GetFullPath("logs/nginx.pid"),
            Syntax = ["file"],
            DefaultText = "logs/nginx.pid",
            Summary = "The file that holds the number of the process.",
        });

    public static readonly Directive<int> WorkerProcesses = Modules.Core.Add(
        new Directive<int>("worker_processes", In.Main, Arity.One, 1, MainBinder.WorkerProcesses)
        {
            Syntax = ["number | auto"],
            DefaultText = "1",
            Summary = "How many event loops run. Zero in the typed value stands for auto: one per processor.",
            DifferenceFromNginx = "The loops are threads of one process, not processes.",
        });

    public static readonly Directive<int> WorkerRlimitNofile = Modules.Core.Number(
        "worker_rlimit_nofile", In.Main, 0,
        "The limit of open descriptors (RLIMIT_NOFILE) to set; zero leaves it. The last 32 of them, or a quarter of a small limit, are kept for log files, "
            + "reloads and the runtime: connections and served files do not get them, and new connections wait meanwhile.");

    public static readonly Directive<long> WorkerRlimitCore = Modules.Core.Offset(
        "worker_rlimit_core", In.Main, -1, "the system's", "The limit of a core file's size (RLIMIT_CORE) to set.");

    public static readonly Directive<TimeSpan> WorkerShutdownTimeout = Modules.Core.Time(
        "worker_shutdown_timeout", In.Main, TimeSpan.Zero, null, "How long a graceful shutdown waits before it closes what is still open; zero waits for all.");

    public static readonly Directive<string?> WorkingDirectory = Modules.Core.Add(
        new Directive<string?>("working_directory", In.Main, Arity.One, null, c => c.Text())
        {
            Syntax = ["directory"],
            Summary = "The current directory of the process.",
        });

    public static readonly Directive<UserConfig?> User = Modules.Core.Add(
        new Directive<UserConfig?>("user", In.Main, Arity.OneOrTwo, null, MainBinder.User)
        {
            Syntax = ["user [group]"],
            Summary = "The user and group that the process changes to once its sockets are bound. The group is that of the user's name if not given.",
        });

    public static readonly Directive<ImmutableArray<EnvironmentVariable>> Env = Modules.Core.List(
        "env", In.Main, Arity.One, "variable[=value]", MainBinder.Env, "Keeps a variable of the environment, or sets one.", defaultText: "TZ");

    public static readonly Directive<ImmutableArray<ErrorLogConfig>> ErrorLog = Modules.Core.Add(
        new Directive<ImmutableArray<ErrorLogConfig>>("error_log", In.Main | In.HttpServerLocation, Arity.OneOrMore, [], LogBinder.ErrorLog)
        {
            DefaultFrom = root => [root.DefaultErrorLog],
            Syntax = ["file [level]"],
            DefaultText = "logs/error.log error",
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "Where errors are logged, and from which level on. Several may be given; stderr is one.",
        });

    public static readonly Directive<string> LockFile = Modules.Core.Add(
        new Directive<string>("lock_file", In.Main, Arity.One, "logs/nginx.lock", c => c.FullPath(c.Text()))
        {
            DefaultFrom = root => root.GetFullPath("logs/nginx.lock"),
            Syntax = ["file"],
            DefaultText = "logs/nginx.lock",
            Summary = "The lock file of nginx's processes. Threads need none.",
            HasNoEffect = true,
        });

    public static readonly Directive<bool> PcreJit = Modules.Core.Flag(
        "pcre_jit", In.Main, false, "Whether PCRE compiles regular expressions. Hawser uses .NET's engine.", noEffect: true);

    public static readonly Directive<TimeSpan> TimerResolution = Modules.Core.Add(
        new Directive<TimeSpan>("timer_resolution", In.Main, Arity.One, TimeSpan.Zero, MainBinder.TimerResolution)
        {
            Syntax = ["interval"],
            Summary = "Asks nginx for fewer reads of the clock. Hawser's loops read it once per wake-up.",
            HasNoEffect = true,
        });

    public static readonly Directive<int> WorkerPriority = Modules.Core.Add(
        new Directive<int>("worker_priority", In.Main, Arity.One, 0, MainBinder.WorkerPriority)
        {
            Syntax = ["number"],
            DefaultText = "0",
            Summary = "The scheduling priority (nice value) of nginx's workers.",
            HasNoEffect = true,
        });

    public static readonly Directive<ImmutableArray<string>> WorkerCpuAffinity = Modules.Core.Add(
        new Directive<ImmutableArray<string>>("worker_cpu_affinity", In.Main, Arity.OneOrMore, [], MainBinder.CpuAffinity)
        {
            Syntax = ["cpumask ...", "auto [cpumask]"],
            Summary = "The processors that nginx's workers may use.",
            HasNoEffect = true,
        });

    public static readonly Directive<int> DebugPoints = Modules.Core.Add(
        new Directive<int>("debug_points", In.Main, Arity.One, 0, c => c.Choice<int>([new("stop", 1), new("abort", 2)]))
        {
            Syntax = ["abort | stop"],
            Summary = "What nginx does when it finds an error of its own.",
            HasNoEffect = true,
        });

    public static readonly Directive<ImmutableArray<string>> ThreadPool = Modules.Core.Add(
        new Directive<ImmutableArray<string>>("thread_pool", In.Main, new Arity(2, 3), [], MainBinder.ThreadPool)
        {
            Syntax = ["name threads=number [max_queue=number]"],
            DefaultText = "default threads=32 max_queue=65536",
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "A pool of threads for nginx's reads of files. Hawser uses .NET's pool.",
            HasNoEffect = true,
        });

    public static readonly Directive<ImmutableArray<string>> LoadModule = Modules.Core.Add(
        new Directive<ImmutableArray<string>>("load_module", In.Main, Arity.One, [], MainBinder.LoadModule)
        {
            Syntax = ["file"],
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "Loads a dynamic module of nginx. Hawser cannot, says so, and goes on; what the module's directives do is decided one by one.",
            DifferenceFromNginx = "Ignored with a warning.",
            HasNoEffect = true,
        });

    public static readonly Directive<EventsConfig?> Events = Modules.Core.Add(
        new Directive<EventsConfig?>("events", In.Main, Arity.Block, null, BlockBinder.Events)
        {
            Syntax = ["{ ... }"],
            Summary = "Holds what concerns connections as such.",
        });

    public static readonly Directive<int> WorkerConnections = Modules.Events.Add(
        new Directive<int>("worker_connections", In.Events, Arity.One, 512, MainBinder.WorkerConnections)
        {
            Syntax = ["number"],
            DefaultText = "512",
            Summary = "How many connections an event loop holds at most, those to upstreams included.",
        });

    public static readonly Directive<string> Use = Modules.Events.Add(
        new Directive<string>("use", In.Events, Arity.One, "epoll", MainBinder.Use)
        {
            Syntax = ["method"],
            DefaultText = "epoll",
            Summary = "How readiness is asked for. Hawser always uses epoll.",
            HasNoEffect = true,
        });

    public static readonly Directive<bool> MultiAccept = Modules.Events.Flag(
        "multi_accept", In.Events, false, "Whether all new connections are accepted at once. Hawser decides by load.", noEffect: true);

    public static readonly Directive<bool> AcceptMutex = Modules.Events.Flag(
        "accept_mutex", In.Events, false, "Whether nginx's workers take turns in accepting. Threads need no lock for it.", noEffect: true);

    public static readonly Directive<TimeSpan> AcceptMutexDelay = Modules.Events.Add(
        new Directive<TimeSpan>("accept_mutex_delay", In.Events, Arity.One, TimeSpan.FromMilliseconds(500), c => c.Milliseconds())
        {
            Syntax = ["time"],
            DefaultText = "500ms",
            Summary = "How long a worker of nginx waits for its turn in accepting.",
            HasNoEffect = true,
        });

    public static readonly Directive<ImmutableArray<string>> DebugConnection = Modules.Events.Add(
        new Directive<ImmutableArray<string>>("debug_connection", In.Events, Arity.One, [], MainBinder.DebugConnection)
        {
            Syntax = ["address | CIDR | unix:"],
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "Clients for which nginx logs at the debug level.",
            HasNoEffect = true,
        });
}
