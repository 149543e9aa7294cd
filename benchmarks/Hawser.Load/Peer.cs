using System.Diagnostics;
using System.Net.Sockets;

namespace Hawser.Load;

/// <summary>A gateway under comparison: how it is configured, and its process.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly string[] s_names = ["hawser", "nginx", "haproxy", "caddy"];
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly int _backend;
    private Process? _process;

    private Peer(string name, string folder, int port, int backend)
    {
        Name = name;
        Port = port;
        _backend = backend;
        _folder = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.Combine(_folder, "logs"));
    }

    public string Name { get; }

    public int Port { get; }

    public IReadOnlyList<int> Processes => ProcessMeter.Tree(_process!.Id);

    /// <summary>The ones that are installed, Hawser first.</summary>
    /// <param name="hawser">Path of the program.</param>
    /// <param name="wanted">Names to take; empty for all.</param>
    /// <param name="folder">Where configurations and logs go.</param>
    /// <param name="ports">The backend's port; gateways get those after it.</param>
    public static List<Peer> Find(string hawser, IReadOnlyCollection<string> wanted, string folder, int ports)
    {
        var peers = new List<Peer>();
        foreach (var name in s_names.Where(name => wanted.Count == 0 || wanted.Contains(name)))
        {
            if (name == "hawser" ? File.Exists(hawser) : Locate(name) is not null)
                peers.Add(new Peer(name, folder, ports + 1 + peers.Count, ports) { Program = name == "hawser" ? hawser : Locate(name)! });
            else
                Console.Error.WriteLine($"{name} is not installed and is left out");
        }

        return peers;
    }

    private string Program { get; init; } = "";

    /// <summary>Starts it anew, with so many workers, and waits until it listens.</summary>
    public void Start(int workers = 1)
    {
        Dispose();
        var arguments = Configure(workers);
        var start = new ProcessStartInfo("taskset") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _folder };
        // The gateway on the last processor (or, with several workers, on all), clients and backend on the first.
        var processors = Environment.ProcessorCount < 2 || workers > 1 ? $"0-{Environment.ProcessorCount - 1}" : $"{Environment.ProcessorCount - 1}";
        foreach (var argument in (string[])["-c", processors, Program, .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["GOMAXPROCS"] = $"{workers}";
        start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = _folder;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var watch = Stopwatch.StartNew(); !Listens(); Thread.Sleep(20))
        {
            if (watch.Elapsed > s_startTimeout || _process.HasExited)
                throw new InvalidOperationException($"{Name} does not listen on port {Port}; its folder is {_folder}");
        }
    }

    /// <summary>Makes it read its configuration again, in its own way; false where that takes another process.</summary>
    public bool Reload()
    {
        if (Name is not ("hawser" or "nginx"))
            return false;
        using var kill = Process.Start("kill", ["-HUP", $"{_process!.Id}"]);
        kill.WaitForExit();
        return true;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    private bool Listens()
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string? Locate(string name) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private string[] Configure(int workers)
    {
        switch (Name)
        {
            case "haproxy":
                Write("haproxy.cfg", $"""
                    global
                      nbthread {workers}
                      maxconn 9500
                    defaults
                      mode http
                      timeout connect 5s
                      timeout client 300s
                      timeout server 300s
                      timeout tunnel 300s
                    frontend f
                      bind 127.0.0.1:{Port} backlog 4096
                      default_backend b
                    backend b
                      server s 127.0.0.1:{_backend}
                    """);
                return ["-db", "-q", "-f", "haproxy.cfg"];
            case "caddy":
                Write("Caddyfile", $$"""
                    {
                      admin off
                      auto_https off
                    }
                    http://127.0.0.1:{{Port}} {
                      reverse_proxy 127.0.0.1:{{_backend}}
                    }
                    """);
                return ["run", "--config", "Caddyfile", "--adapter", "caddyfile"];
            default:
                Write("nginx.conf", $$"""
                    worker_processes {{workers}};
                    pid gateway.pid;
                    error_log error.log warn;
                    daemon off;
                    user root;
                    events { worker_connections 20000; }
                    http {
                      access_log off;
                      map $http_upgrade $connection_upgrade { default keep-alive; 'websocket' upgrade; }
                      server {
                        listen 127.0.0.1:{{Port}} backlog=4096;
                        location / {
                          proxy_pass http://127.0.0.1:{{_backend}};
                          proxy_http_version 1.1;
                          proxy_set_header Upgrade $http_upgrade;
                          proxy_set_header Connection $connection_upgrade;
                          proxy_read_timeout 300;
                        }
                      }
                    }
                    """);
                return ["-p", _folder + "/", "-c", "nginx.conf", "-e", "error.log"];
        }
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text + "\n");
}
