using System.Diagnostics;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Requests while everything changes around them: none may fail.</summary>
public sealed class UnrestTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly BackendReply s_answer = new([new BackendStep.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]);

    private const string Configuration = """
        worker_processes 2;
        error_log error.log warn;
        events { worker_connections 2048; }
        http {
            access_log off;
            upstream backend { server 127.0.0.1:%%BACKEND%%; server 127.0.0.1:%%BACKEND_2%% fail_timeout=1s; keepalive 32; }
            server { listen 127.0.0.1:%%PORT_0%% backlog=4096; location / { proxy_pass http://backend; } location /generation { return 200 "0"; } }
        }
        """;

    /// <summary>A reload every second, and one of two upstream servers that dies and returns.</summary>
    [Fact]
    public async Task Requests_WhileReloadsComeAndAServerDies_AreAllAnswered()
    {
        var (clients, seconds) = TestSettings.IsLong ? (256, 30) : (32, 6);
        using var lease = PortLease.Take();
        await using var steady = new ScriptedBackend(s_answer);
        await using var gateway = await GatewayProcess.StartAsync(GatewayExecutable.Hawser, Configuration, new GatewayOptions
        {
            Placeholders = new Dictionary<string, string> { ["BACKEND"] = $"{steady.Port}", ["BACKEND_2"] = $"{lease.Port}" },
        });
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, clients).Select(_ => Task.Run(() => AskAsync(gateway, stop.Token))).ToList();
        for (var second = 1; second <= seconds; second++)
        {
            var watch = Stopwatch.StartNew();
            await using (await MortalBackend.StartAsync(lease.Port))
            {
                gateway.WriteConfiguration(Configuration.Replace("\"0\"", $"\"{second}\"", StringComparison.Ordinal));
                gateway.Send(Signal.Hup);
                Assert.True(await Wait.UntilAsync(async () => (await Gateways.GetAsync(gateway, "/generation")).Body == $"{second}", s_patience), gateway.Describe());
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, 500 - watch.ElapsedMilliseconds)));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, 1000 - watch.ElapsedMilliseconds)));
        }

        await stop.CancelAsync();
        var answers = await Task.WhenAll(asking);
        Assert.All(answers, count => Assert.NotEqual(0, count));
    }

    /// <summary>Asks again and again on kept connections; a connection that ended between two requests is replaced, as every client does.</summary>
    private static async Task<int> AskAsync(GatewayProcess gateway, CancellationToken stop)
    {
        var answers = 0;
        RawClient? client = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var isFresh = client is null;
                client ??= await RawClient.ConnectAsync(gateway.Port());
                await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                var reply = await client.ReadReplyAsync(timeout: s_patience);
                if (reply is null && !isFresh)
                {
                    await client.DisposeAsync();
                    client = null;
                    continue;
                }

                if (reply is not { Status: 200, IsComplete: true, Body: "ok" })
                    throw new GatewayException($"answer {answers} of a client: {reply?.ToString() ?? "none"}\n{gateway.Describe()}");
                answers++;
                if (client.State != ConnectionState.Open || answers % 50 == 0)
                {
                    await client.DisposeAsync(); // RawClient keeps all it has received
                    client = null;
                }
            }
        }
        finally
        {
            if (client is not null)
                await client.DisposeAsync();
        }

        return answers;
    }

    /// <summary>A server on a fixed port that cuts all its connections when it ends, between two answers or in the middle of waiting for a request.</summary>
    private sealed class MortalBackend : IAsyncDisposable
    {
        private readonly System.Net.Sockets.TcpListener _listener;
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Task> _running = [];
        private Task _accepting = Task.CompletedTask;

        private MortalBackend(int port)
        {
            _listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
            _listener.Server.SetSocketOption(System.Net.Sockets.SocketOptionLevel.Socket, System.Net.Sockets.SocketOptionName.ReuseAddress, true);
        }

        public static async Task<MortalBackend> StartAsync(int port)
        {
            var backend = new MortalBackend(port);
            Assert.True(await Wait.UntilAsync(
                () =>
                {
                    try
                    {
                        backend._listener.Start(512);
                        return true;
                    }
                    catch (System.Net.Sockets.SocketException)
                    {
                        return false; // the one before may just be going
                    }
                },
                s_patience));
            backend._accepting = backend.AcceptAsync();
            return backend;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _accepting;
            await Task.WhenAll(_running);
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var socket = await _listener.AcceptSocketAsync(_stop.Token);
                    _running.Add(ServeAsync(socket));
                }
            }
            catch (Exception end) when (end is OperationCanceledException or System.Net.Sockets.SocketException)
            {
                // Stopped.
            }
        }

        private async Task ServeAsync(System.Net.Sockets.Socket socket)
        {
            using var _ = socket;
            var buffer = new byte[8192];
            try
            {
                // Requests of the gateway are small and not pipelined: one read is one request.
                while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
                    await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), CancellationToken.None);
            }
            catch (Exception end) when (end is OperationCanceledException or System.Net.Sockets.SocketException)
            {
                // It has died.
            }
        }
    }
}
