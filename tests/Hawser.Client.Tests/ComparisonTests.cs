using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Hawser.Testing;

namespace Hawser.Client.Tests;

/// <summary>
/// The same faults for <see cref="HawserSocket"/> and for a plain <see cref="ClientWebSocket"/>, behind the same gateway. The table of
/// src/Hawser.Client/README.md is what this writes to artifacts/dotnet-client-comparison.md.
/// </summary>
[Trait("length", "long")]
public sealed class ComparisonTests
{
    private static readonly (string Name, Func<Bench, Task<bool>> Run)[] s_scenarios =
    [
        ("backend killed and started again: comes back", async bench =>
        {
            await bench.Backend.KillAsync();
            await bench.LostAsync();
            await bench.Backend.StartAsync();
            return await bench.ComesBackAsync();
        }),
        ("gateway restarted: comes back", async bench =>
        {
            bench.Gateway.Send(Signal.Term);
            Assert.NotNull(await bench.Gateway.WaitForExitAsync(Patience.Long));
            bench.Gateway.Launch();
            await bench.Gateway.WaitUntilReadyAsync();
            return await bench.ComesBackAsync();
        }),
        ("100 messages sent while down: arrive once, in order", async bench =>
        {
            await bench.Backend.KillAsync();
            await bench.LostAsync();
            for (var i = 0; i < 100; i++)
                await bench.TrySendAsync($"m{i}");
            await bench.Backend.StartAsync();
            await bench.UntilAsync(() => bench.Got.Count >= 100);
            return bench.Got.SequenceEqual(Enumerable.Range(0, 100).Select(i => $"m{i}"));
        }),
        ("network falls silent, nothing closed: notices within 10 s", async bench =>
        {
            await bench.TrySendAsync(new string('x', 2000)); // where this connection stalls
            return await bench.UntilAsync(() => bench.Lost);
        }),
        ("messages from 10 tasks at once: all arrive", async bench =>
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(task => Task.Run(async () =>
            {
                for (var i = 0; i < 50; i++)
                    await bench.TrySendAsync($"{task}.{i}");
            })));
            return await bench.UntilAsync(() => bench.Got.Distinct().Count() == 500);
        }),
    ];

    [Fact]
    public async Task Clients_UnderTheSameFaults_AreCompared()
    {
        var table = new StringBuilder("| | ClientWebSocket | HawserSocket |\n|---|---|---|\n");
        foreach (var (name, run) in s_scenarios)
        {
            var results = new List<string>();
            foreach (var plain in new[] { true, false })
            {
                await using var bench = await Bench.StartAsync(plain, stalls: name.Contains("silent", StringComparison.Ordinal));
                results.Add(await run(bench) ? "yes" : "no");
            }

            table.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", results)} |\n");
            Assert.Equal("yes", results[1]);
        }

        await File.WriteAllTextAsync(Repository.Path("artifacts/dotnet-client-comparison.md"), table.ToString());
    }

    /// <summary>One of the two clients, with what an application does around it: a task that receives.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(10);
        private readonly FaultProxy _proxy;
        private readonly ClientWebSocket? _plain;
        private readonly HawserSocket? _socket;
        private readonly CancellationTokenSource _stop = new();
        private Task _receiving = Task.CompletedTask;

        private Bench(EchoProcess backend, GatewayProcess gateway, FaultProxy proxy, bool plain)
        {
            Backend = backend;
            Gateway = gateway;
            _proxy = proxy;
            if (plain)
            {
                _plain = new();
                return;
            }

            _socket = new(new Uri($"ws://127.0.0.1:{proxy.Port}/"), new()
            {
                MinDelay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromMilliseconds(400),
                RestartSpread = TimeSpan.FromMilliseconds(400),
                Heartbeat = new() { Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(2) },
            });
            _socket.Closed += (_, _) => Lost = true;
        }

        public EchoProcess Backend { get; }

        public GatewayProcess Gateway { get; }

        public ConcurrentQueue<string> Got { get; } = new();

        public bool Lost { get; private set; }

        public static async Task<Bench> StartAsync(bool plain, bool stalls)
        {
            var backend = await EchoProcess.StartNewAsync();
            var gateway = await GatewayTests.StartAsync(backend.Port);
            var proxy = new FaultProxy(gateway.Port()) { FromTarget = stalls ? new Fault { StallAfter = 1000 } : Fault.None };
            var bench = new Bench(backend, gateway, proxy, plain);
            if (bench._plain is { } socket)
                await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.Port}/"), bench._stop.Token);
            Assert.True(await Wait.UntilAsync(() => plain || bench._socket!.State == ConnectionState.Open, Patience.Long), "not connected");
            proxy.FromTarget = Fault.None; // for the next connection
            bench._receiving = plain ? bench.ReceivePlainAsync() : bench.ReceiveAsync();
            return bench;
        }

        public async Task TrySendAsync(string text)
        {
            try
            {
                if (_plain is { } plain)
                    await plain.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, _stop.Token);
                else
                    await _socket!.SendAsync(text, _stop.Token);
            }
            catch (Exception e) when (e is WebSocketException or InvalidOperationException or OperationCanceledException)
            {
                // Counted by what arrives.
            }
        }

        public Task<bool> UntilAsync(Func<bool> condition) => Wait.UntilAsync(condition, s_enough);

        public async Task LostAsync() => Assert.True(await UntilAsync(() => Lost), "the connection was not lost");

        public async Task<bool> ComesBackAsync() => await Wait.UntilAsync(
            async () =>
            {
                await TrySendAsync("back");
                await Task.Delay(100);
                return Got.Contains("back");
            },
            s_enough);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _plain?.Dispose();
            if (_socket is not null)
                await _socket.DisposeAsync();
            await _receiving;
            await _proxy.DisposeAsync();
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
            _stop.Dispose();
        }

        private async Task ReceiveAsync()
        {
            await foreach (var message in _socket!)
                Got.Enqueue(message.Text);
        }

        private async Task ReceivePlainAsync()
        {
            var buffer = new byte[65536];
            try
            {
                while (await _plain!.ReceiveAsync(buffer.AsMemory(), _stop.Token) is { MessageType: not WebSocketMessageType.Close } part)
                    Got.Enqueue(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The end, as far as this client is concerned.
            }

            Lost = true;
        }
    }
}
