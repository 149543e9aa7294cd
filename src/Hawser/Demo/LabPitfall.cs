using System.Text;
using System.Text.RegularExpressions;
using Hawser.Gateway.Hosting;
using Hawser.Hosting;

namespace Hawser.Demo;

/// <summary>A configuration of samples/pitfalls at work in a second gateway, on ports of 127.0.0.1 that nobody else sees.</summary>
internal sealed partial class LabPitfall : IDisposable
{
    private readonly DirectoryInfo _prefix;
    private readonly IGatewayHost? _gateway;

    private LabPitfall(string name, bool asNginx, string text, IReadOnlyList<int> ports, IReadOnlyList<string> errors, DirectoryInfo prefix, IGatewayHost? gateway)
    {
        Name = name;
        AsNginx = asNginx;
        Text = text;
        Ports = ports;
        Errors = errors;
        _prefix = prefix;
        _gateway = gateway;
    }

    /// <summary>The file's name, without its ending.</summary>
    public string Name { get; }

    /// <summary>Whether <c>websocket nginx</c> was put in, so that it goes as wrong as with nginx.</summary>
    public bool AsNginx { get; }

    /// <summary>The configuration that runs, without the comments of the file.</summary>
    public string Text { get; }

    /// <summary>Ports of its servers, in the order of the file.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>Why it does not run; empty if it does.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>Starts a gateway with one of the files.</summary>
    /// <param name="folder">The folder <c>samples/pitfalls</c>.</param>
    /// <param name="name">A file's name without its ending.</param>
    /// <param name="asNginx">Whether WebSockets are treated as nginx treats them.</param>
    /// <param name="idle">Replaces a read timeout of 60 s, so that nobody has to wait for a minute; 0 leaves it.</param>
    /// <param name="backendPort">Where the backend listens.</param>
    /// <param name="factory">Starts gateways.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static LabPitfall Start(string folder, string name, bool asNginx, int idle, int backendPort, IGatewayFactory factory)
    {
        var file = Directory.EnumerateFiles(folder, "*.conf").FirstOrDefault(path => Path.GetFileNameWithoutExtension(path) == name)
            ?? throw new FileNotFoundException($"there is no samples/pitfalls/{name}.conf");
        var (text, ports) = Edit(File.ReadAllText(file), asNginx, idle, backendPort);
        var prefix = Directory.CreateTempSubdirectory("hawser-lab-");
        try
        {
            Directory.CreateDirectory(Path.Combine(prefix.FullName, "logs"));
            var (gateway, errors) = Start(file, text, prefix.FullName + "/", factory);
            return new(name, asNginx, WithoutComments(text), ports, errors, prefix, gateway);
        }
        catch
        {
            prefix.Delete(recursive: true);
            throw;
        }
    }

    public void Dispose()
    {
        if (_gateway is not null)
        {
            _gateway.StopNow();
            _gateway.Completion.GetAwaiter().GetResult();
        }

        _prefix.Delete(recursive: true);
    }

    private static (IGatewayHost? Gateway, IReadOnlyList<string> Errors) Start(string file, string text, string prefix, IGatewayFactory factory)
    {
        var configuration = GatewayConfiguration.Load(new ConfigurationRequest
        {
            Path = file,
            Prefix = prefix,
            FallbackIncludeDirectory = ConfigurationSource.ShippedFiles,
            DefaultErrorLog = prefix + "logs/error.log",
            Edit = _ => Encoding.UTF8.GetBytes(text),
        });
        if (!configuration.IsUsable)
            return (null, [.. configuration.Messages.Select(message => $"{message.Text}\n{message.Details}".TrimEnd().Replace(file, Path.GetFileName(file), StringComparison.Ordinal))]);
        try
        {
            return (factory.Start(configuration, InheritedListeners.None), []);
        }
        catch (GatewayFailureException e)
        {
            return (null, [e.Message]);
        }
    }

    /// <summary>The file with its ports moved to free ones of 127.0.0.1.</summary>
    private static (string Text, IReadOnlyList<int> Ports) Edit(string text, bool asNginx, int idle, int backendPort)
    {
        var moved = new Dictionary<string, int> { ["8808"] = backendPort };
        var ports = new List<int>();
        text = ListenDirective().Replace(text, match =>
        {
            var port = moved[match.Groups[2].Value] = DemoPorts.TakeFree();
            ports.Add(port);
            return $"{match.Groups[1].Value}127.0.0.1:{port}";
        });
        text = BackendAddress().Replace(text, match => $"{match.Groups[1].Value}{moved[match.Groups[2].Value]}");
        if (idle > 0)
            text = text.Replace("proxy_read_timeout 60s;", $"proxy_read_timeout {idle}s;", StringComparison.Ordinal);
        return (asNginx ? text.Replace("http {", "http { websocket nginx;", StringComparison.Ordinal) : text, ports);
    }

    private static string WithoutComments(string text) =>
        string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith('#'))).Trim().Replace("\n\n\n", "\n\n", StringComparison.Ordinal);

    [GeneratedRegex(@"(\blisten\s+)(\d+)(?=\s*;)")]
    private static partial Regex ListenDirective();

    [GeneratedRegex(@"(\b127\.0\.0\.1:)(8808|8080)\b")]
    private static partial Regex BackendAddress();
}
