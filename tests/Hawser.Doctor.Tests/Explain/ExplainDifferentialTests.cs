using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hawser.Configuration;
using Hawser.Doctor.Explain;

namespace Hawser.Doctor.Tests.Explain;

/// <summary>What explain says about a request, and what nginx (and the gateway) then really do with it.</summary>
public sealed class ExplainDifferentialTests
{
    private const int FewestPairs = 400;

    [Fact]
    public async Task Explain_OnEveryPair_IsWhatNginxDoes()
    {
        Assert.SkipUnless(GatewayExecutable.Nginx.Exists, "nginx is not installed");
        await CompareAsync(GatewayExecutable.Nginx, DoctorTarget.Parse("nginx:1.22.1")!);
    }

    [Fact]
    public async Task Explain_OnEveryPair_IsWhatTheGatewayDoes()
    {
        Assert.SkipUnless(GatewayExecutable.Hawser.Exists, "the program is not built; ./hawser -v builds it");
        await CompareAsync(GatewayExecutable.Hawser, DoctorTarget.Parse("hawser")!);
    }

    private static async Task CompareAsync(GatewayExecutable executable, DoctorTarget target)
    {
        using var backend = new RecordingBackend();
        var text = new StringBuilder("events { }\nhttp {\n").Append(ExplainServers.Http);
        for (int i = 0; i < ExplainServers.Bodies.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"\nserver {{ listen 127.0.0.1:%%PORT_{i}%%; {ExplainServers.Bodies[i]} }}");
        string configuration = text.Append("\n}\n").Replace("%%BACKEND%%", backend.Port.ToString(CultureInfo.InvariantCulture)).ToString();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(executable, configuration);
        ConfigurationInspection inspection = ConfigurationLoader.Inspect(new LoadOptions { Path = gateway.Directory["nginx.conf"], Prefix = gateway.Directory.Path });
        var router = new RequestRouter(inspection.Config, target);
        var wrong = new List<string>();
        int pairs = 0;
        for (int i = 0; i < ExplainServers.Bodies.Length; i++)
        {
            foreach (string path in ExplainServers.Targets)
            {
                string scheme = path.Length % 3 == 0 ? "http" : "ws";
                string[] headers = ["X-Test: one", "Cookie: id=7; b=c", "X-Forwarded-For: 10.0.0.9"];
                ExplainRequest request = ExplainRequest.Parse($"{scheme}://{HostFor(i)}:{gateway.Port(i)}{path}", headers)! with { ClientAddress = "127.0.0.1", ServerAddress = "127.0.0.1" };
                Explanation explanation = router.Explain(request);
                backend.Clear();
                (int status, string? location) = await AskAsync(gateway.Port(i), request);
                pairs++;
                if (Difference(explanation, status, location, backend.Last) is { } difference)
                    wrong.Add($"server {i} ({ExplainServers.Bodies[i].Trim()})\n{scheme} {path}: {difference}");
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {pairs} pairs are wrong:\n\n{string.Join("\n\n", wrong.Take(12))}");
        Assert.True(pairs >= FewestPairs);
    }

    private static string HostFor(int server) => server == 9 ? "a.example.org" : server % 5 == 4 ? "Example.Test" : "127.0.0.1";

    private static string? Difference(Explanation explanation, int status, string? location, string? received)
    {
        if (explanation.Upstream is { } upstream)
        {
            if (received is null) return $"explain says that {upstream.Address} is asked, and nothing arrived; the client got {status}";
            string expected = Canonical(upstream.RequestLine, upstream.Headers.Select(static h => $"{h.Name}: {h.Value}"));
            string[] lines = received.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            string actual = Canonical(lines[0], lines.Skip(1));
            return expected == actual ? null : $"the backend received\n{actual}\nand explain says\n{expected}";
        }
        if (received is not null) return $"explain says {explanation.Verdict} {explanation.Status}, and the backend was asked: {received}";
        int answered = explanation.Status == 444 ? 0 : explanation.Status;
        if (answered != status) return $"the client got {status}, explain says {explanation.Status} ({explanation.Verdict})";
        return explanation.RedirectTarget == location ? null : $"the client is sent to {location}, explain says {explanation.RedirectTarget}";
    }

    private static string Canonical(string line, IEnumerable<string> fields) => line + "\n" + string.Join('\n', fields.Order(StringComparer.OrdinalIgnoreCase));

    private static async Task<(int Status, string? Location)> AskAsync(int port, ExplainRequest request)
    {
        var head = new StringBuilder($"{request.Method} {request.Target} HTTP/1.1\r\nHost: {request.Authority}\r\n");
        foreach ((string name, string value) in request.Headers) head.Append($"{name}: {value}\r\n");
        await using RawClient client = await RawClient.ConnectAsync(port);
        await client.SendAsync(head.Append("\r\n").ToString());
        HttpReply? reply = await client.ReadReplyAsync(timeout: TimeSpan.FromSeconds(30));
        return (reply?.Status ?? 0, reply?["Location"]);
    }

    /// <summary>Answers every request with 200 and remembers the last head.</summary>
    private sealed class RecordingBackend : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private volatile string? _last;

        public RecordingBackend()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public string? Last => _last;

        public void Clear() => _last = null;

        public void Dispose() => _listener.Stop();

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using TcpClient owned = client;
            try
            {
                NetworkStream stream = client.GetStream();
                var head = new StringBuilder();
                byte[] buffer = new byte[8192];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    int read = await stream.ReadAsync(buffer);
                    if (read == 0) return;
                    head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }
                _last = head.ToString();
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
            }
            catch (IOException)
            {
                // The gateway gave up on it; the test sees that.
            }
        }
    }
}
