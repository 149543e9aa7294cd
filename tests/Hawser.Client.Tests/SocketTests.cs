using System.Net.WebSockets;
using Hawser.Testing;

namespace Hawser.Client.Tests;

/// <summary>The socket around the machine: order, the queue, readers, handlers, cancellation.</summary>
public sealed class SocketTests
{
    private readonly FakeNetwork _network = new();

    [Fact]
    public async Task Send_WhileConnecting_GoesOutInOrderAfterOpen()
    {
        await using var socket = _network.Connect(_network.Options());
        foreach (var text in new[] { "one", "two", "three" })
            await socket.SendAsync(text);
        Assert.Equal(11, socket.BufferedAmount);
        var transport = await _network.NextAsync();
        Assert.False(transport.HasSent);
        transport.Open();
        foreach (var text in new[] { "one", "two", "three" })
            Assert.Equal(text, await transport.SentAsync());
        await socket.SendAsync("four");
        Assert.Equal("four", await transport.SentAsync());
        Assert.Equal(0, socket.BufferedAmount);
    }

    [Fact]
    public async Task Send_InTheOpenedHandler_GoesBeforeWhatHasWaited()
    {
        await using var socket = _network.Connect(_network.Options());
        socket.Opened += (_, _) => Assert.True(socket.SendAsync("login").AsTask().IsCompletedSuccessfully);
        socket.Opened += (_, _) => Assert.True(socket.SendAsync("subscribe").AsTask().IsCompletedSuccessfully);
        await socket.SendAsync("waited");
        var transport = await _network.NextAsync();
        transport.Open();
        Assert.Equal("login", await transport.SentAsync());
        Assert.Equal("subscribe", await transport.SentAsync());
        Assert.Equal("waited", await transport.SentAsync());
    }

    [Fact]
    public async Task Send_CallerReusesItsBuffer_KeepsWhatWasSent()
    {
        await using var socket = _network.Connect(_network.Options());
        var buffer = "first"u8.ToArray();
        await socket.SendAsync(Message.FromBytes(buffer));
        buffer.AsSpan().Fill((byte)'x');
        var transport = await _network.NextAsync();
        transport.Open();
        Assert.Equal("first", await transport.SentAsync());
    }

    [Fact]
    public async Task Send_TheQueueIsFull_Throws()
    {
        await using var socket = _network.Connect(_network.Options(maxQueue: 8));
        await socket.SendAsync("12345678");
        var error = await Assert.ThrowsAsync<QueueFullException>(async () => await socket.SendAsync("x"));
        Assert.Contains("MaxQueue", error.Message, StringComparison.Ordinal);
        var transport = await _network.NextAsync();
        transport.Open();
        Assert.Equal("12345678", await transport.SentAsync());
    }

    [Fact]
    public async Task Send_TheConnectionBreaksWhileItTakesTheMessage_ThrowsAndDoesNotRepeat()
    {
        await using var socket = _network.Connect(_network.Options());
        var first = await _network.NextAsync();
        first.Open();
        await UntilAsync(socket, ConnectionState.Open);
        first.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = socket.SendAsync("in doubt").AsTask();
        Assert.Equal("in doubt", await first.SentAsync());
        var waits = socket.SendAsync("safe").AsTask();
        Assert.False(waits.IsCompleted);
        first.Break();
        await Assert.ThrowsAsync<WebSocketException>(() => taken);
        await waits.WaitAsync(Patience.Long); // the queue has it now
        var second = await ReconnectAsync(socket);
        second.Open();
        Assert.Equal("safe", await second.SentAsync());
        await socket.SendAsync("new");
        Assert.Equal("new", await second.SentAsync());
    }

    [Fact]
    public async Task Send_TheServerHasBegunToClose_WaitsForTheNextConnection()
    {
        await using var socket = _network.Connect(_network.Options());
        var first = await _network.NextAsync();
        first.Open();
        await UntilAsync(socket, ConnectionState.Open);
        first.IsOpen = false;
        var sending = socket.SendAsync("almost lost").AsTask();
        first.CloseByServer(1011);
        await sending.WaitAsync(Patience.Long);
        Assert.False(first.HasSent);
        var second = await ReconnectAsync(socket);
        second.Open();
        Assert.Equal("almost lost", await second.SentAsync());
    }

    [Fact]
    public async Task Send_CancelledBeforeItsTurn_IsNotSent()
    {
        await using var socket = _network.Connect(_network.Options());
        var transport = await _network.NextAsync();
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        var gate = transport.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = socket.SendAsync("first").AsTask();
        using var cancel = new CancellationTokenSource();
        var second = socket.SendAsync("second", cancel.Token).AsTask();
        var third = socket.SendAsync("third").AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        transport.Gate = null;
        gate.SetResult();
        await Task.WhenAll(first, third).WaitAsync(Patience.Long);
        Assert.Equal("first", await transport.SentAsync());
        Assert.Equal("third", await transport.SentAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await socket.SendAsync("x", new CancellationToken(true)));
    }

    [Fact]
    public async Task Send_ManyAtOnce_EachGoesOutOnce()
    {
        await using var socket = _network.Connect(_network.Options());
        var transport = await _network.NextAsync();
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        var expected = Enumerable.Range(0, 500).Select(i => $"m{i}").ToList();
        await Task.WhenAll(expected.Select(text => Task.Run(async () => await socket.SendAsync(text)))).WaitAsync(Patience.Long);
        var sent = new List<string>();
        while (sent.Count < expected.Count)
            sent.Add(await transport.SentAsync());
        Assert.Equal(expected.Order(), sent.Order());
        Assert.False(transport.HasSent);
    }

    [Fact]
    public async Task Messages_OverSeveralConnections_AreOneSequence()
    {
        await using var socket = _network.Connect(_network.Options());
        var messages = socket.GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            var transport = i == 0 ? await _network.NextAsync() : await ReconnectAsync(socket);
            transport.Open();
            transport.Receive($"message {i}");
            Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Patience.Long));
            Assert.Equal($"message {i}", messages.Current.Text);
            transport.Break();
            await UntilAsync(socket, ConnectionState.Waiting);
        }

        var end = await socket.CloseAsync();
        Assert.Equal(1000, end.Code);
        Assert.False(await messages.MoveNextAsync().AsTask().WaitAsync(Patience.Long));
    }

    [Fact]
    public async Task Messages_TheReaderIsSlow_TheConnectionIsNotTakenForDead()
    {
        await using var socket = _network.Connect(_network.Options(receiveCapacity: 2));
        var transport = await _network.NextAsync();
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        for (var i = 0; i < 5; i++)
            transport.Receive($"{i}");
        // Two fit, the third is blocked; the answer to a heartbeat would lie behind it.
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(5);
            _network.Clock.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(ConnectionState.Open, socket.State);
        var got = new List<string>();
        await foreach (var message in socket)
        {
            got.Add(message.Text);
            if (got.Count == 5)
                break;
        }

        Assert.Equal(["0", "1", "2", "3", "4"], got);
        Assert.Equal(1, _network.Count);
    }

    [Fact]
    public async Task Heartbeat_IsNotAnswered_DropsAndConnectsOnce()
    {
        await using var socket = _network.Connect(_network.Options());
        var plans = new List<ReconnectPlan>();
        socket.Reconnecting += (_, plan) => plans.Add(plan);
        var first = await _network.NextAsync();
        first.Open();
        await UntilAsync(socket, ConnectionState.Open);
        _network.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("ping", await first.SentAsync());
        _network.Clock.Advance(TimeSpan.FromSeconds(20));
        await UntilAsync(socket, ConnectionState.Waiting);
        Assert.True(await Wait.UntilAsync(() => first.IsAborted, Patience.Long));
        Assert.Equal([new ReconnectPlan(1, TimeSpan.FromSeconds(0.25), ReconnectReason.Heartbeat)], plans);
        var second = await ReconnectAsync(socket);
        first.Break(); // what its end would have said comes late, and counts no more
        second.Open();
        await UntilAsync(socket, ConnectionState.Open);
        _network.Clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(2, _network.Count);
    }

    [Fact]
    public async Task Heartbeat_IsAnswered_TellsTheRoundTrip()
    {
        await using var socket = _network.Connect(_network.Options(heartbeat: new() { Message = () => "ping", IsReply = message => message.Text == "pong" }));
        var trips = new List<TimeSpan>();
        socket.HeartbeatAnswered += (_, trip) => trips.Add(trip);
        var transport = await _network.NextAsync();
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        _network.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("ping", await transport.SentAsync());
        _network.Clock.Advance(TimeSpan.FromMilliseconds(35));
        transport.Receive("pong");
        transport.Receive("delivered");
        await foreach (var message in socket)
        {
            Assert.Equal("delivered", message.Text);
            break;
        }

        Assert.Equal([TimeSpan.FromMilliseconds(35)], trips);
    }

    [Fact]
    public async Task Handler_ClosesWhenALossIsTold_NoAttemptIsTold()
    {
        var socket = _network.Connect(_network.Options());
        var events = new List<string>();
        socket.StateChanged += (_, change) => events.Add(change.State.ToString());
        socket.Reconnecting += (_, _) => events.Add("reconnecting");
        socket.Closed += (_, end) =>
        {
            events.Add($"closed {end.Code}");
            _ = socket.CloseAsync();
        };
        var transport = await _network.NextAsync();
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        transport.CloseByServer(1011, "broken");
        await socket.Completion.WaitAsync(Patience.Long);
        Assert.Equal(["Open", "Waiting", "closed 1011", "Closed", "closed 1000"], events);
    }

    [Fact]
    public async Task Close_WhileOpen_WaitsForTheServer()
    {
        var socket = _network.Connect(_network.Options());
        var transport = await _network.NextAsync();
        transport.AnswersClose = false;
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        var closing = socket.CloseAsync(4321, "enough");
        Assert.Equal("close 4321 enough", await transport.SentAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await socket.SendAsync("late"));
        transport.CloseByServer(4321, "enough");
        Assert.Equal(new CloseInfo(4321, "enough", true), await closing.WaitAsync(Patience.Long));
        Assert.Equal(ConnectionState.Closed, socket.State);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await socket.SendAsync("late"));
        Assert.Throws<InvalidOperationException>(socket.Reconnect);
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task Close_TheServerDoesNotAnswer_EndsAfterFiveSeconds()
    {
        var socket = _network.Connect(_network.Options());
        var transport = await _network.NextAsync();
        transport.AnswersClose = false;
        transport.Open();
        await UntilAsync(socket, ConnectionState.Open);
        var closing = socket.CloseAsync();
        Assert.Equal("close 1000 ", await transport.SentAsync());
        _network.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1006, (await closing.WaitAsync(Patience.Long)).Code);
        Assert.True(await Wait.UntilAsync(() => transport.IsAborted, Patience.Long));
    }

    [Fact]
    public async Task Reconnect_WhileOpen_SaysGoodbyeAndMakesANewConnection()
    {
        await using var socket = _network.Connect(_network.Options());
        var first = await _network.NextAsync();
        first.AnswersClose = false;
        first.Open();
        await UntilAsync(socket, ConnectionState.Open);
        socket.Reconnect();
        Assert.Equal("close 1000 reconnect", await first.SentAsync());
        var second = await _network.NextAsync();
        second.Open();
        await UntilAsync(socket, ConnectionState.Open);
        first.CloseByServer(1000); // comes late, and counts no more
        await socket.SendAsync("x");
        Assert.Equal("x", await second.SentAsync());
    }

    [Fact]
    public async Task Address_IsAFunction_IsAskedForEachAttempt()
    {
        await using var socket = _network.Connect(_network.Options(), attempt => new(new Uri($"ws://server.test/?attempt={attempt}")));
        var errors = new List<Exception>();
        socket.AttemptFailed += (_, error) => errors.Add(error);
        var first = await _network.NextAsync();
        Assert.True(await Wait.UntilAsync(() => first.Address is not null, Patience.Long));
        Assert.Equal("?attempt=0", first.Address!.Query);
        first.Fail();
        await UntilAsync(socket, ConnectionState.Waiting);
        var second = await ReconnectAsync(socket);
        Assert.True(await Wait.UntilAsync(() => second.Address is not null, Patience.Long));
        Assert.Equal("?attempt=1", second.Address!.Query);
        Assert.IsType<WebSocketException>(Assert.Single(errors));
    }

    [Fact]
    public async Task Address_CannotBeHad_IsAFailedAttempt()
    {
        var socket = _network.Connect(_network.Options(maxRetries: 0), _ => throw new InvalidOperationException("no token"));
        Assert.Equal(1006, (await socket.Completion.WaitAsync(Patience.Long)).Code);
        Assert.Equal(0, _network.Count);
    }

    [Fact]
    public async Task Dispose_WhileConnecting_EndsTheAttempt()
    {
        var socket = _network.Connect(_network.Options());
        var transport = await _network.NextAsync();
        await socket.DisposeAsync();
        Assert.Equal(ConnectionState.Closed, socket.State);
        Assert.True(await Wait.UntilAsync(() => transport.IsAborted, Patience.Long));
        await foreach (var _ in socket)
            Assert.Fail("there is no message");
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(999)]
    [InlineData(2999)]
    [InlineData(5000)]
    public async Task Close_WithACodeThatIsNotAllowed_Throws(int code)
    {
        await using var socket = _network.Connect(_network.Options());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => socket.CloseAsync(code));
        await Assert.ThrowsAsync<ArgumentException>(() => socket.CloseAsync(1000, new string('x', 124)));
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        var address = new Uri("ws://server.test/");
        Assert.Throws<ArgumentException>(() => new HawserSocket(new Uri("http://server.test/")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HawserSocket(address, new() { Factor = 0.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HawserSocket(address, new() { ConnectTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HawserSocket(address, new() { MinDelay = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HawserSocket(address, new() { MaxRetries = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HawserSocket(address, new() { MaxQueue = -1 }));
    }

    [Fact]
    public void Jitter_ManyClients_IsSpreadOverTheWholeRange()
    {
        // A fixed seed: each tenth of the range gets 400 of 4000, with a standard deviation of 19.
        var random = new Random(7);
        var effects = new JitterEffects(random);
        for (var i = 0; i < 4000; i++)
        {
            var machine = new ConnectionMachine(new() { MinDelay = TimeSpan.FromSeconds(1) }, effects);
            machine.Start();
            machine.Lost(ReconnectReason.Failed, default);
        }

        Assert.All(effects.Delays, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        var tenths = effects.Delays.GroupBy(delay => (int)(delay.TotalSeconds * 10)).Select(group => group.Count()).ToList();
        Assert.Equal(10, tenths.Count);
        Assert.All(tenths, count => Assert.InRange(count, 280, 520));
    }

    /// <summary>Lets the delay go by, and not a step more: time that goes on would end the next attempt, too.</summary>
    private async Task<FakeTransport> ReconnectAsync(HawserSocket socket)
    {
        await UntilAsync(socket, ConnectionState.Waiting);
        while (socket.State == ConnectionState.Waiting)
            _network.Clock.Advance(TimeSpan.FromMilliseconds(250));
        return await _network.NextAsync();
    }

    private static async Task UntilAsync(HawserSocket socket, ConnectionState state) =>
        Assert.True(await Wait.UntilAsync(() => socket.State == state, Patience.Long), $"the state is {socket.State}, not {state}");

    private sealed class JitterEffects(Random random) : IMachineEffects
    {
        public List<TimeSpan> Delays { get; } = [];

        public TimeSpan Now => TimeSpan.Zero;

        public double NextRandom() => random.NextDouble();

        public void SetTimer(MachineTimer timer, TimeSpan delay)
        {
            if (delay <= TimeSpan.FromSeconds(1)) // not the limit of the attempt
                Delays.Add(delay);
        }

        public void ClearTimer(MachineTimer timer)
        {
        }

        public void Connect(int attempt)
        {
        }

        public void Drop()
        {
        }

        public void Shut(int code, string reason, bool letGo)
        {
        }

        public void SendHeartbeat()
        {
        }

        public void Flush()
        {
        }

        public void Raise(in MachineEvent machineEvent)
        {
        }
    }
}
