using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Hawser.Client.Tests;

/// <summary>Connections that only the test opens, feeds and breaks, on a clock that only the test moves.</summary>
internal sealed class FakeNetwork
{
    private readonly Channel<FakeTransport> _made = Channel.CreateUnbounded<FakeTransport>();

    public FakeTimeProvider Clock { get; } = new();

    /// <summary>The attempts so far.</summary>
    public int Count;

    /// <summary>A socket on this network.</summary>
    public HawserSocket Connect(HawserSocketOptions options, Func<int, ValueTask<Uri>>? address = null) =>
        new((attempt, _) => address?.Invoke(attempt) ?? new(new Uri("ws://server.test/")), options, Make);

    /// <summary>Usual options, with this clock and delays that are always half of their range.</summary>
    public HawserSocketOptions Options(int maxQueue = 1 << 20, int receiveCapacity = 64, HeartbeatOptions? heartbeat = null, int? maxRetries = null) => new()
    {
        TimeProvider = Clock,
        Random = new Half(),
        MaxQueue = maxQueue,
        ReceiveCapacity = receiveCapacity,
        Heartbeat = heartbeat ?? new() { Message = () => "ping" },
        MaxRetries = maxRetries,
    };

    /// <summary>The next attempt.</summary>
    public async Task<FakeTransport> NextAsync() => await _made.Reader.ReadAsync().AsTask().WaitAsync(Patience.Long);

    private FakeTransport Make(HawserSocketOptions options)
    {
        Interlocked.Increment(ref Count);
        var transport = new FakeTransport();
        _made.Writer.TryWrite(transport);
        return transport;
    }

    private sealed class Half : Random
    {
        public override double NextDouble() => 0.5;
    }
}

internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
}

/// <summary>A connection of <see cref="FakeNetwork"/>.</summary>
internal sealed class FakeTransport : ITransport
{
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Message?> _incoming = Channel.CreateUnbounded<Message?>();
    private readonly Channel<string> _sent = Channel.CreateUnbounded<string>();

    public bool IsOpen { get; set; }

    public bool IsAborted { get; private set; }

    public CloseInfo End { get; private set; }

    public Uri? Address { get; private set; }

    /// <summary>Whether a close frame is answered at once.</summary>
    public bool AnswersClose { get; set; } = true;

    /// <summary>What each message waits for before it counts as taken; null for nothing.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public void Open()
    {
        IsOpen = true;
        _connected.TrySetResult();
    }

    public void Fail() => _connected.TrySetException(new WebSocketException("refused"));

    public void Receive(string text) => _incoming.Writer.TryWrite(Message.FromText(text));

    public void CloseByServer(int code, string reason = "")
    {
        IsOpen = false;
        End = new(code, reason, WasClean: true);
        _incoming.Writer.TryWrite(null);
    }

    public void Break()
    {
        IsOpen = false;
        _incoming.Writer.TryComplete(new WebSocketException("broken"));
        Gate?.TrySetException(new WebSocketException("broken"));
    }

    /// <summary>The next message or close frame that was sent.</summary>
    public async Task<string> SentAsync() => await _sent.Reader.ReadAsync().AsTask().WaitAsync(Patience.Long);

    public bool HasSent => _sent.Reader.TryPeek(out _);

    public Task ConnectAsync(Uri address, CancellationToken cancel)
    {
        Address = address;
        return _connected.Task.WaitAsync(cancel);
    }

    public async ValueTask SendAsync(Message message, CancellationToken cancel)
    {
        _sent.Writer.TryWrite(message.Text);
        if (Gate is { } gate)
            await gate.Task.WaitAsync(cancel);
    }

    public async ValueTask<Message?> ReceiveAsync(CancellationToken cancel)
    {
        try
        {
            return await _incoming.Reader.ReadAsync(cancel);
        }
        catch (ChannelClosedException e) when (e.InnerException is WebSocketException broken)
        {
            throw broken;
        }
    }

    public Task ShutAsync(int code, string reason, CancellationToken cancel)
    {
        _sent.Writer.TryWrite($"close {code} {reason}");
        if (AnswersClose)
            CloseByServer(code, reason);
        return Task.CompletedTask;
    }

    public void Abort() => IsAborted = true;

    public void Dispose() => IsAborted = true;
}
