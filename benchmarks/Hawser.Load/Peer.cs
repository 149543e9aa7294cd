using System.Diagnostics;
using System.Net.Sockets;

namespace Hawser.Load;

/// <summary>What all gateways of a run have in common.</summary>
/// <param name="Folder">Where configurations and logs go.</param>
/// <param name="Backend">The backend's port; the gateways get those after it.</param>
/// <param name="BulkBackend">The port of the backend for the bulk tunnel.</param>
/// <param name="Certificate">For TLS.</param>
/// <param name="LongKey">For TLS with a key that is slow to sign with.</param>
/// <param name="Scheduler">The command that starts programs under another scheduling policy; empty for none.</param>
internal sealed record PeerSetting(string Folder, int Backend, int BulkBackend, Certificates.Files Certificate, Certificates.Files LongKey, string[] Scheduler);

/// <summary>A gateway under comparison: how it is configured, and its process.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly string[] s_names = ["hawser", "nginx", "haproxy", "caddy"];
    private const string Direct = "direct";
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    private readonly PeerSetting _setting;
    private readonly string _folder;
    private Process? _process;

    private Peer(string name, string program, int port, PeerSetting setting)
    {
        (Name, Program, Port, _setting) = (name, program, port, setting);
        _folder = Path.Combine(setting.Folder, name);
        Directory.CreateDirectory(Path.Combine(_folder, "logs"));
    }

    public string Name { get; }

    public string Program { get; }

    /// <summary>Plain HTTP.</summary>
    public int Port { get; }

    /// <summary>The backend, at an address that only this gateway uses.</summary>
    public string Backend => $"127.0.0.{2 + Array.IndexOf(s_names, Name)}:{_setting.Backend}";

    /// <summary>TLS with a P-256 key.</summary>
    public int TlsPort => Port + s_names.Length;

    /// <summary>TLS with an RSA key of 4096 bits.</summary>
    public int LongKeyPort => Port + 2 * s_names.Length;

    /// <summary>Plain HTTP to the backend of the bulk tunnel.</summary>
    public int BulkPort => Name == Direct ? _setting.BulkBackend : Port + 3 * s_names.Length;

    public string BulkBackend => $"127.0.0.{2 + Array.IndexOf(s_names, Name)}:{_setting.BulkBackend}";

    public IReadOnlyList<int> Processes => _process is null ? [] : ProcessMeter.Tree(_process.Id);

    /// <summary>The ones that are installed, Hawser first.</summary>
    /// <param name="hawser">Path of the program.</param>
    /// <param name="wanted">Names to take; empty for all.</param>
    /// <param name="setting">What they have in common.</param>
    public static List<Peer> Find(string hawser, IReadOnlyCollection<string> wanted, PeerSetting setting)
    {
        var peers = new List<Peer>();
        if (wanted.Contains(Direct))
            peers.Add(new Peer(Direct, "", setting.Backend, setting));
        foreach (var name in s_names.Where(name => wanted.Count == 0 || wanted.Contains(name)))
        {
            if ((name == "hawser" ? hawser : Locate(name)) is { } program && File.Exists(program))
                peers.Add(new Peer(name, program, setting.Backend + 1 + Array.IndexOf(s_names, name), setting));
            else
                Console.Error.WriteLine($"{name} is not installed and is left out");
        }

        return peers;
    }

    /// <summary>Its name and version, in its own words.</summary>
    public string Version()
    {
        if (Name == Direct)
            return "no gateway";
        using var process = Process.Start(new ProcessStartInfo(Program, Name == "caddy" ? "version" : "-v") { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        var line = text.Split('\n').FirstOrDefault(line => line.Any(char.IsDigit)) ?? "";
        return $"{Name} {line.Split([' ', '/']).FirstOrDefault(word => word.Any(char.IsDigit)) ?? "of an unknown version"}";
    }

    /// <summary>Starts it anew and waits until it listens.</summary>
    /// <param name="workers">So many workers on all processors; 0 for one, on the last processor.</param>
    public void Start(int workers = 0)
    {
        Dispose();
        if (Name == Direct)
            return;
        var arguments = PeerFiles.Write(Name, _folder, this, _setting, Math.Max(1, workers));
        var start = new ProcessStartInfo("taskset") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _folder };
        // Clients and backend are on the first processor.
        var last = Environment.ProcessorCount - 1;
        foreach (var argument in (string[])["-c", workers == 0 ? $"{last}" : $"0-{last}", .. _setting.Scheduler, Program, .. arguments])
            start.ArgumentList.Add(argument);
        workers = Math.Max(1, workers);
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

    /// <summary>A signal makes it read its configuration again. HAProxy needs a master process for that, Caddy its administration API.</summary>
    public bool CanReload => Name is "hawser" or "nginx";

    /// <summary>Makes it read its configuration again.</summary>
    public void Reload()
    {
        using var kill = Process.Start("kill", ["-HUP", $"{_process!.Id}"]);
        kill.WaitForExit();
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
}
