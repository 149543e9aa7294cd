using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Jobs;
using Hawser.Gateway.Hosting;

namespace Hawser.Benchmarks;

/// <summary>
/// One request through the gateway to a backend, connections kept on both sides. What counts is the column Allocated: in the steady state a
/// request must leave nothing for the garbage collector. Client and backend are blocking sockets that allocate nothing themselves.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(ManyRequests))]
public class ProxiedRequestBenchmark : IDisposable
{
    private const string Configuration = """
        worker_processes 1;
        error_log stderr crit;
        events { }
        http {
            access_log off;
            keepalive_requests 1000000000;
            upstream app {
                server 127.0.0.1:%BACKEND%;
                keepalive 4;
                keepalive_requests 1000000000;
            }
            server {
                listen 127.0.0.1:%PORT%;
                location / { proxy_pass http://app; }
                location /headers {
                    proxy_pass http://app;
                    proxy_set_header Host $host;
                    proxy_set_header X-Real-IP $remote_addr;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    add_header X-Upstream $upstream_addr;
                }
            }
        }
        """;

    private sealed class ManyRequests : InThisProcess
    {
        protected override Job Configure(Job job) => job.WithInvocationCount(16384);
    }

    private readonly byte[] _buffer = new byte[4096];
    private readonly string _directory = Directory.CreateTempSubdirectory("hawser-benchmark-").FullName;
    private Socket _listener = null!;
    private Socket _client = null!;
    private GatewayHost _gateway = null!;
    private byte[] _request = [];

    /// <summary>A bare location, and one with the usual header lines.</summary>
    [Params("/", "/headers")]
    public string Target { get; set; } = "/";

    /// <summary>Starts backend, gateway and client.</summary>
    [GlobalSetup]
    public void Start()
    {
        _listener = Listen();
        new Thread(Answer) { IsBackground = true }.Start();
        int port = FreePort();
        string file = Path.Combine(_directory, "nginx.conf");
        File.WriteAllText(file, Configuration
            .Replace("%BACKEND%", PortOf(_listener).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%PORT%", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var configuration = GatewayConfiguration.Load(new ConfigurationRequest { Path = file, Prefix = _directory + "/" });
        _gateway = GatewayHost.Start(configuration, TimeProvider.System);
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _client.Connect(IPAddress.Loopback, port);
        _request = System.Text.Encoding.ASCII.GetBytes($"GET {Target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n");
    }

    /// <summary>Ends them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _client.Dispose();
        _listener.Dispose();
        _gateway.StopNow();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A request and its answer.</summary>
    [Benchmark]
    public int Request()
    {
        _client.Send(_request);
        return _client.Receive(_buffer);
    }

    private void Answer()
    {
        byte[] buffer = new byte[4096];
        byte[] reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();
        try
        {
            while (true)
            {
                using Socket connection = _listener.Accept();
                connection.NoDelay = true;
                while (connection.Receive(buffer) > 0)
                    connection.Send(reply);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed: the benchmark is over.
        }
    }

    private static int FreePort()
    {
        using Socket probe = Listen();
        return PortOf(probe);
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
