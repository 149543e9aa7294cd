using System.Globalization;
using System.Text.RegularExpressions;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Fuzzing;

/// <summary>
/// Bad input against a running gateway: it never crashes, never leaves a client waiting, never loses a descriptor, and serves the next
/// one as if nothing had been.
/// </summary>
/// <remarks>A failure names its seed; <c>HAWSER_FUZZ_SEED</c> repeats it.</remarks>
public sealed partial class FuzzTests(ITestOutputHelper output)
{
    private const int Parallel = 8;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(60);

    private static readonly int s_seed =
        int.TryParse(Environment.GetEnvironmentVariable("HAWSER_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20260401;

    [Fact]
    public async Task Request_EveryPrefix_EndsInTime()
    {
        await using var backend = new WebSocketEchoBackend();
        var inputs = Samples.Requests.SelectMany(sample => Enumerable.Range(0, sample.Length).Select(length => (IReadOnlyList<string>)[sample[..length]]));
        await FeedClientsAsync(backend.Port, [.. inputs]);
    }

    [Fact]
    public async Task Request_EverySplit_IsAnsweredAsIfWhole()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await StartAsync(backend.Port);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        foreach (var sample in Samples.Requests)
        {
            var whole = await ExchangeAsync(gateway, [sample], idle: TimeSpan.FromSeconds(1));
            Assert.NotEqual("", whole);
            await ForEachAsync(Enumerable.Range(1, sample.Length - 1), async at =>
            {
                var split = await ExchangeAsync(gateway, [sample[..at], sample[at..]], whole.Length);
                Assert.True(Timeless(whole) == Timeless(split), $"split at {at}:\n{Bytes.Escape(sample)}\nwhole:\n{Bytes.Escape(whole)}\nsplit:\n{Bytes.Escape(split)}");
            });
        }

        await AssertHealthyAsync(gateway, atRest);
    }

    [Fact]
    public async Task Request_Mutated_EndsInTime()
    {
        await using var backend = new WebSocketEchoBackend();
        var mutator = new Mutator(s_seed);
        var inputs = Enumerable.Range(0, TestSettings.Scale(4000)).Select(_ => mutator.Cut(mutator.Mutate(Samples.Requests))).ToList();
        await FeedClientsAsync(backend.Port, inputs);
    }

    [Fact]
    public async Task Response_EveryPrefix_EndsInTime()
    {
        var replies = Samples.Responses.SelectMany(sample => Enumerable.Range(0, sample.Length).Select(length => BackendReply.Closing(sample[..length])));
        await FeedBackendAsync([.. replies]);
    }

    [Fact]
    public async Task Response_EverySplit_EndsInTime()
    {
        var replies = Samples.Responses.SelectMany(sample => Enumerable.Range(1, sample.Length - 1).Select(at => Reply([sample[..at], sample[at..]], reset: false)));
        await FeedBackendAsync([.. replies]);
    }

    [Fact]
    public async Task Response_Mutated_EndsInTime()
    {
        var mutator = new Mutator(s_seed + 1);
        var replies = Enumerable.Range(0, TestSettings.Scale(4000))
            .Select(_ => Reply(mutator.Cut(mutator.Mutate(Samples.Responses)), reset: mutator.OneIn(10)));
        await FeedBackendAsync([.. replies]);
    }

    [Fact]
    public async Task Tunnel_FedWithAnything_PassesItOn()
    {
        await using var backend = new ScriptedBackend(new BackendReply([new BackendStep.Send(WebSocketBytes.SwitchingProtocols()), new BackendStep.Echo()]));
        await using var gateway = await StartAsync(backend.Port);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        var mutator = new Mutator(s_seed + 2);
        var inputs = Enumerable.Range(0, TestSettings.Scale(500)).Select(_ => (Bytes: mutator.Mutate(Samples.Requests), Reset: mutator.OneIn(3))).ToList();
        await ForEachAsync(inputs, async input =>
        {
            await using var client = await Gateways.OpenTunnelAsync(gateway);
            await client.SendAsync(input.Bytes);
            if (input.Reset)
                client.Reset();
            else
                Assert.Equal(input.Bytes, await client.ReadAsync(input.Bytes.Length));
        });
        await AssertHealthyAsync(gateway, atRest);
    }

    private static Task<GatewayProcess> StartAsync(int backendPort) => Gateways.StartAsync(
        backendPort, Configurations.TwoLoops, new() { Files = new Dictionary<string, string> { ["static/file.txt"] = "0123456789" } });

    private static BackendReply Reply(IReadOnlyList<string> parts, bool reset)
    {
        var steps = parts.SelectMany(part => new BackendStep[] { new BackendStep.Send(part), new BackendStep.Pause(TimeSpan.FromMilliseconds(1)) });
        return new([.. steps, reset ? new BackendStep.Reset() : new BackendStep.Close()]);
    }

    private async Task FeedClientsAsync(int backendPort, IReadOnlyList<IReadOnlyList<string>> inputs)
    {
        await using var gateway = await StartAsync(backendPort);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        var answered = 0;
        await ForEachAsync(inputs, async parts =>
        {
            if ((await ExchangeAsync(gateway, parts)).Length > 0)
                Interlocked.Increment(ref answered);
        });
        output.WriteLine($"seed {s_seed}: {inputs.Count} inputs, {answered} answered");
        await AssertHealthyAsync(gateway, atRest);
    }

    private async Task FeedBackendAsync(IReadOnlyList<BackendReply> replies)
    {
        await using var warmUp = new WebSocketEchoBackend();
        await using var backend = new ScriptedBackend(replies);
        // One location for the descriptors' count at rest, one for what the test is about.
        var configuration = Configurations.TwoLoops.Replace(
            "location /return", $"location /fuzz {{ proxy_pass http://127.0.0.1:{backend.Port}; proxy_next_upstream off; }} location /return", StringComparison.Ordinal);
        await using var gateway = await Gateways.StartAsync(warmUp.Port, configuration);
        var atRest = await Gateways.DescriptorsAtRestAsync(gateway);
        var upgraded = 0;
        await ForEachAsync(Enumerable.Range(0, replies.Count), async i =>
        {
            // Every other request is a handshake, so that a 101 among the replies leads somewhere.
            var request = i % 2 == 0 ? "GET /fuzz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" : WebSocketBytes.Handshake("/fuzz");
            await using var client = await RawClient.ConnectAsync(gateway.Port());
            await client.SendAsync(request);
            var received = await client.ReadUntilIdleAsync(s_idle);
            client.EndSending();
            if (received.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
                Interlocked.Increment(ref upgraded);
            if (await client.WaitForEndAsync(s_hang) == ConnectionState.Open)
                Assert.Fail($"seed {s_seed}: the client waits for ever; it got {Bytes.Escape(client.Received)}");
        });
        output.WriteLine($"seed {s_seed}: {replies.Count} replies, {upgraded} upgrades");
        await AssertHealthyAsync(gateway, atRest);
    }

    /// <summary>Sends the parts, waits for an answer of the length expected, ends sending, and reads to the end, which must come.</summary>
    private static async Task<string> ExchangeAsync(GatewayProcess gateway, IReadOnlyList<string> parts, int expected = 0, TimeSpan? idle = null)
    {
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendFragmentsAsync(parts.Select(part => (ReadOnlyMemory<byte>)Bytes.FromText(part)), TimeSpan.FromMilliseconds(1));
        // A client that has ended sending may lose its answer, as with nginx; so the answer is waited for first.
        await client.ReadAsync(expected, s_hang);
        await client.ReadUntilIdleAsync(idle ?? s_idle);
        client.EndSending();
        if (await client.WaitForEndAsync(s_hang) == ConnectionState.Open)
            Assert.Fail($"seed {s_seed}: the gateway keeps the connection open for ever after\n{Bytes.Escape(string.Concat(parts))}");
        var received = client.Received;
        Assert.True(received.Length == 0 || LooksRight(received), $"seed {s_seed}: an odd answer:\n{Bytes.Escape(received)}");
        return received;
    }

    // HTTP/0.9 answers have no head: "returned", the file, or the backend's echo of the head.
    private static bool LooksRight(string received) =>
        received.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || received is "returned\n" or "0123456789"
        || received.StartsWith("GET ", StringComparison.Ordinal) || received.StartsWith("<html>", StringComparison.Ordinal);

    private static async Task AssertHealthyAsync(GatewayProcess gateway, int atRest)
    {
        Assert.True(gateway.IsRunning, gateway.Describe());
        Assert.Equal(200, (await Gateways.GetAsync(gateway, "/return")).Status);
        await Gateways.AssertNoDescriptorLeakAsync(gateway, atRest);
        Assert.InRange(ProcessProbe.ResidentBytes(gateway.Id), 0, 300 << 20);
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> act) => System.Threading.Tasks.Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (item, _) => await act(item));

    private static string Timeless(string received) => Date().Replace(received, "Date: {date}");

    [GeneratedRegex("Date: [^\r]*")]
    private static partial Regex Date();
}
