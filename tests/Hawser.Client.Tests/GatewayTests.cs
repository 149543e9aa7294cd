using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Hawser.Testing;

namespace Hawser.Client.Tests;

/// <summary>The client through the real gateway, and what goes wrong on the way.</summary>
public sealed class GatewayTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events {}
        http {
            access_log off;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
            }
        }
        """;

    [Fact]
    public async Task Client_ThroughTheGateway_SendsAndReceives()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var socket = new HawserSocket(Address(gateway.Port()), new() { Configure = options => options.AddSubProtocol("chat") });
        await UntilAsync(socket, ConnectionState.Open); // the queue is too small for what follows
        await socket.SendAsync("héllo 你好");
        var bytes = RandomNumberGenerator.GetBytes(1 << 20);
        await socket.SendAsync(Message.FromBytes(bytes));
        var messages = await TakeAsync(socket, 2);
        Assert.Equal("héllo 你好", messages[0].Text);
        Assert.True(messages[0].IsText);
        Assert.False(messages[1].IsText);
        Assert.True(messages[1].Data.Span.SequenceEqual(bytes));
        var end = await socket.CloseAsync(4001, "done").WaitAsync(Patience.Long);
        Assert.Equal(new CloseInfo(4001, "done", true), end);
        Assert.Contains("chat", Assert.Single(backend.Heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_BackendIsKilledAgainAndAgain_NothingIsLostAndNothingComesTwice()
    {
        await using var backend = await EchoProcess.StartNewAsync();
        await using var gateway = await StartAsync(backend.Port);
        await using var socket = new HawserSocket(Address(gateway.Port()), Quick());
        var got = new ConcurrentQueue<string>();
        var reading = Task.Run(async () =>
        {
            await foreach (var message in socket)
                got.Enqueue(message.Text);
        });
        var promised = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            await UntilAsync(socket, ConnectionState.Open);
            await backend.KillAsync();
            await UntilNotAsync(socket, ConnectionState.Open);
            // While the state is another one the queue takes them; it is the queue that promises.
            for (var i = 0; i < 50; i++)
            {
                var text = $"{round}.{i}";
                await socket.SendAsync(text);
                promised.Add(text);
            }

            await backend.StartAsync();
            Assert.True(await Wait.UntilAsync(() => got.Count == promised.Count, Patience.Long), $"{got.Count} of {promised.Count} came back");
        }

        Assert.Equal(promised, got);
        await socket.CloseAsync();
        await reading.WaitAsync(Patience.Long);
    }

    [Fact]
    public async Task Gateway_IsRestarted_TheClientComesBack()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var socket = new HawserSocket(Address(gateway.Port()), Quick());
        await UntilAsync(socket, ConnectionState.Open);
        gateway.Send(Signal.Term);
        Assert.NotNull(await gateway.WaitForExitAsync(Patience.Long));
        await UntilNotAsync(socket, ConnectionState.Open);
        await socket.SendAsync("after the restart");
        gateway.Launch();
        await gateway.WaitUntilReadyAsync();
        Assert.Equal("after the restart", Assert.Single(await TakeAsync(socket, 1)).Text);
    }

    [Fact]
    public async Task Network_GoesSilent_TheHeartbeatFindsOut()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var proxy = new FaultProxy(gateway.Port()) { FromTarget = new Fault { StallAfter = 1000 } };
        await using var socket = new HawserSocket(Address(proxy.Port), Quick(new()
        {
            Interval = TimeSpan.FromMilliseconds(300),
            Timeout = TimeSpan.FromMilliseconds(500),
            Message = () => new string('h', 1000),
            IsReply = message => message.Data.Length == 1000,
        }));
        var plans = new ConcurrentQueue<ReconnectPlan>();
        socket.Reconnecting += (_, plan) => plans.Enqueue(plan);
        await UntilAsync(socket, ConnectionState.Open);
        proxy.FromTarget = Fault.None; // for the next connection
        Assert.True(await Wait.UntilAsync(() => plans.Any(plan => plan.Reason == ReconnectReason.Heartbeat), Patience.Long), "nobody noticed");
        await UntilAsync(socket, ConnectionState.Open);
        await socket.SendAsync("alive");
        Assert.Equal("alive", Assert.Single(await TakeAsync(socket, 1)).Text);
    }

    [Fact]
    public async Task Network_GoesSilent_PingFramesFindOut()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var proxy = new FaultProxy(gateway.Port()) { FromTarget = new Fault { StallAfter = 1000 } };
        await using var socket = new HawserSocket(Address(proxy.Port), Quick(new()
        {
            Interval = TimeSpan.FromMilliseconds(300),
            Timeout = TimeSpan.FromMilliseconds(500),
        }));
        var closed = new TaskCompletionSource<CloseInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        socket.Closed += (_, end) => closed.TrySetResult(end);
        await UntilAsync(socket, ConnectionState.Open);
        proxy.FromTarget = Fault.None; // for the next connection
        await socket.SendAsync(new string('x', 1000)); // its echo is where this one stalls
        Assert.Equal(1006, (await closed.Task.WaitAsync(Patience.Long)).Code);
        await UntilAsync(socket, ConnectionState.Open);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(150)]
    [InlineData(5000)]
    public async Task Network_ResetsAfterSomeBytes_TheClientComesBack(int bytes)
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var proxy = new FaultProxy(gateway.Port()) { FromTarget = new Fault { ResetAfter = Math.Max(1, bytes) } };
        await using var socket = new HawserSocket(Address(proxy.Port), Quick());
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        socket.Reconnecting += (_, _) =>
        {
            proxy.FromTarget = Fault.None;
            lost.TrySetResult();
        };
        await socket.SendAsync(new string('x', 20_000));
        await lost.Task.WaitAsync(Patience.Long);
        await UntilAsync(socket, ConnectionState.Open);
        await socket.SendAsync("back");
        Assert.True(await Wait.UntilAsync(() => backend.Heads.Count >= 1, Patience.Long));
        await foreach (var message in socket)
        {
            if (message.Text == "back")
                break;
        }
    }

    [Fact]
    public async Task Network_EveryByteOnItsOwn_ChangesNothing()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var proxy = new FaultProxy(gateway.Port()) { FromTarget = new Fault { PieceSize = 1 }, ToTarget = new Fault { PieceSize = 3 } };
        await using var socket = new HawserSocket(Address(proxy.Port), Quick());
        await socket.SendAsync("one");
        await socket.SendAsync(new string('é', 2000));
        var messages = await TakeAsync(socket, 2);
        Assert.Equal("one", messages[0].Text);
        Assert.Equal(new string('é', 2000), messages[1].Text);
    }

    [Fact]
    public async Task Address_WithAToken_IsFreshForEachConnection()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        var tokens = 0;
        await using var socket = new HawserSocket(
            async (_, cancel) =>
            {
                await Task.Delay(1, cancel);
                return new Uri($"ws://127.0.0.1:{gateway.Port()}/?token={Interlocked.Increment(ref tokens)}");
            },
            Quick());
        await UntilAsync(socket, ConnectionState.Open);
        socket.Reconnect();
        await UntilAsync(socket, ConnectionState.Open);
        Assert.True(await Wait.UntilAsync(() => backend.Heads.Count == 2, Patience.Long), $"{backend.Heads.Count} handshakes");
        Assert.StartsWith("GET /?token=1 ", backend.Heads[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /?token=2 ", backend.Heads[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_OverTheBound_ClosesWith1009()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        await using var socket = new HawserSocket(Address(gateway.Port()), new() { MaxMessageSize = 1000, MaxRetries = 0 });
        await socket.SendAsync(new string('x', 1001));
        Assert.Equal(1009, (await socket.Completion.WaitAsync(Patience.Long)).Code);
    }

    [Fact]
    public async Task Attempt_GetsAnAnswerThatIsNoHandshake_IsRepeated()
    {
        using var port = PortLease.Take(); // nobody listens there: 502
        await using var gateway = await StartAsync(port.Port);
        await using var socket = new HawserSocket(Address(gateway.Port()), Quick(maxRetries: 2));
        var errors = new ConcurrentQueue<Exception>();
        socket.AttemptFailed += (_, error) => errors.Enqueue(error);
        Assert.Equal(1006, (await socket.Completion.WaitAsync(Patience.Long)).Code);
        Assert.Equal(3, errors.Count);
        Assert.All(errors, error => Assert.Contains("502", Assert.IsType<WebSocketException>(error).Message, StringComparison.Ordinal));
    }

    private static HawserSocketOptions Quick(HeartbeatOptions? heartbeat = null, int? maxRetries = null) => new()
    {
        Heartbeat = heartbeat ?? new(),
        MinDelay = TimeSpan.FromMilliseconds(20),
        MaxDelay = TimeSpan.FromMilliseconds(200),
        RestartSpread = TimeSpan.FromMilliseconds(200),
        MaxRetries = maxRetries,
    };

    private static Uri Address(int port) => new($"ws://127.0.0.1:{port}/");

    internal static Task<GatewayProcess> StartAsync(int backendPort) => GatewayProcess.StartAsync(GatewayExecutable.Hawser, Configuration, new()
    {
        Placeholders = new Dictionary<string, string> { ["BACKEND"] = backendPort.ToString(CultureInfo.InvariantCulture) },
    });

    private static async Task<List<Message>> TakeAsync(HawserSocket socket, int count)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        var messages = new List<Message>();
        await using var reader = socket.GetAsyncEnumerator(limit.Token);
        while (messages.Count < count)
        {
            Assert.True(await reader.MoveNextAsync(), "the socket has ended");
            messages.Add(reader.Current);
        }

        return messages;
    }

    private static async Task UntilAsync(HawserSocket socket, ConnectionState state) =>
        Assert.True(await Wait.UntilAsync(() => socket.State == state, Patience.Long), $"the state is {socket.State}, not {state}");

    private static async Task UntilNotAsync(HawserSocket socket, ConnectionState state) =>
        Assert.True(await Wait.UntilAsync(() => socket.State != state, Patience.Long), $"the state is still {state}");
}
