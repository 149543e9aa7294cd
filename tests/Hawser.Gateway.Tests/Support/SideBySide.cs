using System.Globalization;
using System.Text.RegularExpressions;
using Hawser.Gateway.Hosting;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Support;

/// <summary>
/// One configuration at work in the system's nginx and in a gateway inside this process, asked the same questions. What differs by
/// nature (dates, products' names, ports, directories, random boundaries) is made equal before answers are compared.
/// </summary>
/// <remarks>In the configuration, <c>%PORT%</c> is the port to listen on and <c>%DIR%</c> the directory, with <c>html/</c> as root.</remarks>
internal sealed partial class SideBySide : IAsyncDisposable
{
    private static readonly DateTime s_fileTime = new(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc);

    private readonly GatewayProcess _nginx;
    private readonly TestDirectory _directory;
    private readonly PortLease _port;
    private readonly GatewayHost _hawser;
    private readonly Dictionary<int, RawClient> _clients = [];

    private SideBySide(GatewayProcess nginx, TestDirectory directory, PortLease port, GatewayHost hawser)
    {
        _nginx = nginx;
        _directory = directory;
        _port = port;
        _hawser = hawser;
    }

    /// <param name="http">The contents of <c>http { }</c>.</param>
    /// <param name="files">Files below the directory; all of one age.</param>
    public static async Task<SideBySide> StartAsync(string http, params (string Path, string Content)[] files)
    {
        string text = $"worker_processes 1;\nerror_log logs/error.log;\nevents {{ }}\nhttp {{\naccess_log off;\n{http}\n}}\n";
        GatewayProcess nginx = GatewayProcess.Prepare(
            GatewayExecutable.Nginx, text.Replace("%PORT%", "%%PORT_0%%").Replace("%DIR%", "%%DIR%%"));
        WriteAll(nginx.Directory, files);
        nginx.Launch();
        await nginx.WaitUntilReadyAsync();

        var directory = new TestDirectory();
        PortLease port = PortLease.Take();
        WriteAll(directory, files);
        directory.Write("logs/.keep", "");
        string path = directory.Write("nginx.conf", text.Replace("%PORT%", port.Port.ToString(CultureInfo.InvariantCulture)).Replace("%DIR%", directory.Path));
        GatewayConfiguration configuration = GatewayConfiguration.Load(new ConfigurationRequest { Path = path, Prefix = directory.Path + "/" });
        Assert.True(configuration.IsUsable, string.Join('\n', configuration.Messages));
        return new SideBySide(nginx, directory, port, GatewayHost.Start(configuration, TimeProvider.System));
    }

    /// <summary>Asks both for each path, with GET, and fails with all that differs.</summary>
    /// <returns>How many different answers there were.</returns>
    public Task<int> AssertSameForPathsAsync(IEnumerable<string> targets) =>
        AssertSameAsync(targets.Select(target => $"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    /// <summary>Sends each request, bytes as Latin-1, to both and fails with all that differs.</summary>
    /// <returns>How many different answers there were.</returns>
    public async Task<int> AssertSameAsync(IEnumerable<string> requests)
    {
        var differences = new List<string>();
        var answers = new HashSet<string>(StringComparer.Ordinal);
        int count = 0;
        foreach (string request in requests)
        {
            count++;
            (string nginx, string hawser) = await AskAsync(request);
            answers.Add(nginx);
            if (nginx != hawser) differences.Add($"{request.TrimEnd()}\n--- nginx\n{nginx}\n--- hawser\n{hawser}\n");
        }
        Assert.True(count > 0, "nothing was asked");
        Assert.True(differences.Count == 0, $"{differences.Count} of {count} answers differ:\n{string.Join('\n', differences.Take(10))}");
        Assert.DoesNotContain("unexpected failure", _directory.Read("logs/error.log"));
        return answers.Count;
    }

    /// <summary>What each of the two answers.</summary>
    public async Task<(string Nginx, string Hawser)> AskAsync(string request) =>
        (await AskOneAsync(_nginx.Port(), request), await AskOneAsync(_port.Port, request));

    /// <summary>The directories of the two, nginx's first.</summary>
    public string[] Directories => [_nginx.Directory.Path, _directory.Path];

    public int HawserPort => _port.Port;

    /// <summary>The error log of each of the two, without times and process numbers.</summary>
    public (string Nginx, string Hawser) ErrorLogs() =>
        (StripLog(_nginx.Directory.Read("logs/error.log")), StripLog(_directory.Read("logs/error.log")));

    public async ValueTask DisposeAsync()
    {
        foreach (RawClient client in _clients.Values) await client.DisposeAsync();
        _hawser.StopNow();
        await _hawser.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        await _nginx.DisposeAsync();
        _port.Dispose();
        _directory.Dispose();
    }

    private static void WriteAll(TestDirectory directory, (string Path, string Content)[] files)
    {
        Directory.CreateDirectory(directory["html"]);
        foreach ((string path, string content) in files) File.SetLastWriteTimeUtc(directory.Write(path, content), s_fileTime);
    }

    // A connection is kept as long as the gateway keeps it, which is part of the answer.
    private async Task<string> AskOneAsync(int port, string request)
    {
        if (!_clients.TryGetValue(port, out RawClient? client)) _clients[port] = client = await RawClient.ConnectAsync(port);
        await client.SendAsync(request);
        HttpReply? reply = await client.ReadReplyAsync(isHead: request.StartsWith("HEAD", StringComparison.Ordinal), timeout: TimeSpan.FromSeconds(10));
        bool keeps = reply is not null && reply["Connection"] != "close";
        if (!keeps)
        {
            await client.DisposeAsync();
            _clients.Remove(port);
        }
        return reply is null ? "(no answer)" : Normalise(reply, port);
    }

    private string Normalise(HttpReply reply, int port)
    {
        IEnumerable<string> headers = reply.Headers.Where(static h => !h.StartsWith("Date:", StringComparison.Ordinal));
        string text = $"{reply.StatusLine}\n{string.Join('\n', headers)}\n\n{reply.Body}";
        text = Product().Replace(text, "{product}");
        text = Boundary().Replace(text, "{boundary}");
        text = text.Replace($":{port}", ":{port}").Replace(_nginx.Directory.Path, "{dir}").Replace(_directory.Path, "{dir}");
        return text;
    }

    private string StripLog(string log) =>
        LogPrefix().Replace(log.Replace(_nginx.Directory.Path, "{dir}").Replace(_directory.Path, "{dir}"), "").Replace($":{_port.Port}", ":{port}").Replace($":{_nginx.Port()}", ":{port}");

    [GeneratedRegex("nginx/1\\.22\\.1|hawser/0\\.1\\.0")]
    private static partial Regex Product();

    [GeneratedRegex("\\d{20}")]
    private static partial Regex Boundary();

    [GeneratedRegex("^[0-9/]+ [0-9:]+ (?=\\[)| [0-9]+#[0-9]+: (\\*[0-9]+ )?", RegexOptions.Multiline)]
    private static partial Regex LogPrefix();
}
