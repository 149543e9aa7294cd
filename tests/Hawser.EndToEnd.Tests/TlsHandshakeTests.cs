using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Clients that are slow, break off in any state of the handshake, or send wrong records behind it: nothing is left of them.</summary>
/// <remarks>What OpenSSL and the C library hold for them is counted one by one in Hawser.Gateway.Tests (HandshakeLeakTests).</remarks>
public sealed class TlsHandshakeTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 4096; }
        http {
            access_log off;
            client_header_timeout 2s;
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_session_cache shared:sessions:1m;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                ssl_certificate a.pem; ssl_certificate_key a.key;
                location / { return 200 "$ssl_protocol\n"; }
            }
        }
        """;

    // What a round may leave in resident memory: pools grow, code is compiled anew. An SSL object for each connection would be more.
    private const long Noise = 12 * 1024 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    public static TheoryData<GatewayExecutable> Gateways => [.. GatewayExecutable.Both];

    /// <summary>How a client ends its connection.</summary>
    public enum Ending
    {
        End,
        Reset,
    }

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task Hello_ByteByByte_IsAnsweredInTime(GatewayExecutable executable)
    {
        await using var gateway = await StartAsync(executable);
        var hello = await RecordClientHelloAsync();
        var first = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DribbleAsync(gateway, hello, TimeSpan.Zero)));
        Assert.All(first, client => Assert.Equal("\x16\x03\x03", client.Received[..Math.Min(3, client.Received.Length)]));
    }

    // nginx gives the whole handshake client_header_timeout, however many bytes keep coming.
    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task Hello_Dribbled_EndsAfterTheHeaderTimeout(GatewayExecutable executable)
    {
        await using var gateway = await StartAsync(executable);
        var hello = await RecordClientHelloAsync();
        var slow = Task.WhenAll(Enumerable.Range(0, 200).Select(_ => DribbleAsync(gateway, hello, TimeSpan.FromMilliseconds(50))));
        await Task.Delay(1000);
        var watch = Stopwatch.StartNew();
        Assert.Equal("TLSv1.3\n", (await GetAsync(gateway)).Body);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"an honest client waited for {watch.Elapsed}");
        Assert.All(await slow, client =>
        {
            Assert.Equal("", client.Received);
            Assert.NotEqual(ConnectionState.Open, client.State);
            Assert.InRange(client.Lasted.TotalSeconds, 1.8, 4);
        });
    }

    [Fact]
    public async Task Hello_TruncatedAtEveryByte_LeavesNothing()
    {
        var hello = await RecordClientHelloAsync();
        await MeasureAsync(async gateway =>
        {
            for (var at = 0; at < hello.Length; at++)
            {
                foreach (var ending in Enum.GetValues<Ending>())
                    await SendAndEndAsync(gateway, hello.AsMemory(0, at), ending);
            }
        });
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshake_BrokenOffInEveryState_LeavesNothing(SslProtocols version)
    {
        await MeasureAsync(async gateway =>
        {
            var whole = (await ShakeHandsAsync(gateway, version, int.MaxValue, Ending.End)).Sent;
            Assert.True(whole > 250, $"{whole} bytes");
            for (var at = 1; at < whole; at += TestSettings.IsLong ? 1 : 3)
            {
                foreach (var ending in Enum.GetValues<Ending>())
                    Assert.False((await ShakeHandsAsync(gateway, version, at, ending)).Succeeded, $"complete after {at} of {whole} bytes");
            }
        });
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Records_WrongBehindTheHandshake_LeaveNothing(SslProtocols version)
    {
        byte[][] records =
        [
            [23, 3, 3, 0, 40, .. new byte[40]], // not encrypted
            [23, 3, 3, 0, 40, .. new byte[20]], // a length that lies
            [23, 3, 3, 0, 0],
            [23, 3, 3, 0xFF, 0xFF, .. new byte[0xFFFF]],
            [21, 3, 3, 0, 2, 2, 40], // handshake_failure in plain text
            [21, 3, 3, 0, 2, 1, 0], // close_notify in plain text
            [22, 3, 3, 0, 4, 0, 0, 0, 0], // HelloRequest
            [22, 3, 3, 0, 5, 24, 0, 0, 1, 1], // KeyUpdate in plain text
            [20, 3, 3, 0, 1, 1],
            [99, 9, 9, 0, 1, 1],
            [.. Enumerable.Repeat<byte[]>([20, 3, 3, 0, 1, 1], 100).SelectMany(bytes => bytes)],
            [.. Enumerable.Repeat<byte[]>([23, 3, 3, 0, 0], 100).SelectMany(bytes => bytes)],
        ];
        await MeasureAsync(async gateway =>
        {
            for (var i = 0; i < TestSettings.Scale(10); i++)
            {
                foreach (var record in records)
                    await ShakeHandsAsync(gateway, version, int.MaxValue, (Ending)(i % 2), record);
            }
        });
    }

    // What s_client does for the lines K and k: key updates, of its own side and of both.
    [Fact]
    public async Task KeyUpdate_OfTheClient_IsFollowedAndMayBeBrokenOff()
    {
        await using var gateway = await StartAsync(GatewayExecutable.Hawser);
        var input = string.Concat(Enumerable.Repeat("K\\nk\\n", 5)) + "GET / HTTP/1.0\\r\\n\\r\\n";
        var output = await SClientAsync(gateway.Port(), "-tls1_3", input);
        Assert.Contains("KEYUPDATE", output, StringComparison.Ordinal);
        Assert.Contains("TLSv1.3\n", output, StringComparison.Ordinal);
        await MeasureAsync(gateway, async () =>
        {
            await using var proxy = new FaultProxy(gateway.Port());
            for (var at = 300; at < 600; at += TestSettings.IsLong ? 10 : 90)
            {
                proxy.ToTarget = at % 20 == 0 ? new() { ResetAfter = at } : new() { HalfCloseAfter = at };
                await SClientAsync(proxy.Port, "-tls1_3", input);
            }
        });
    }

    [Fact]
    public async Task Renegotiation_OfTheClient_IsRefusedAndMayBeBrokenOff()
    {
        await using var gateway = await StartAsync(GatewayExecutable.Hawser);
        var output = await SClientAsync(gateway.Port(), "-tls1_2", "R\\nGET / HTTP/1.0\\r\\n\\r\\n");
        Assert.Contains("no renegotiation", output, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200", output, StringComparison.Ordinal);
        await MeasureAsync(gateway, async () =>
        {
            await using var proxy = new FaultProxy(gateway.Port());
            for (var at = 250; at < 700; at += TestSettings.IsLong ? 10 : 90)
            {
                proxy.ToTarget = at % 20 == 0 ? new() { ResetAfter = at } : new() { HalfCloseAfter = at };
                await SClientAsync(proxy.Port, "-tls1_2", "R\\n");
            }
        });
    }

    private static async Task MeasureAsync(Func<GatewayProcess, Task> round)
    {
        await using var gateway = await StartAsync(GatewayExecutable.Hawser);
        await MeasureAsync(gateway, () => round(gateway));
    }

    /// <summary>Two rounds: what the first one leaves is kept on purpose, what the second one leaves is a leak.</summary>
    private static async Task MeasureAsync(GatewayProcess gateway, Func<Task> round)
    {
        await round();
        Assert.Equal(200, (await GetAsync(gateway)).Status);
        var descriptors = int.MaxValue;
        // The last of them may still be on its way out.
        await Wait.UntilAsync(
            () =>
            {
                var last = descriptors;
                descriptors = ProcessProbe.Descriptors(gateway.Id);
                return ProcessProbe.Sockets(gateway.Id) <= 1 || descriptors == last && descriptors < 40;
            },
            TimeSpan.FromSeconds(5));
        var memory = ProcessProbe.ResidentBytes(gateway.Id);
        await round();
        Assert.True(
            await Wait.UntilAsync(() => ProcessProbe.Descriptors(gateway.Id) <= descriptors, s_timeout),
            $"{descriptors} before, now\n{string.Join('\n', ProcessProbe.DescribeDescriptors(gateway.Id))}");
        var growth = ProcessProbe.ResidentBytes(gateway.Id) - memory;
        Assert.True(growth < Noise, $"{growth} bytes more");
        Assert.Equal(200, (await GetAsync(gateway)).Status);
        Assert.DoesNotContain("[alert]", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.DoesNotContain("[crit]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    private sealed record Dribbled(string Received, ConnectionState State, TimeSpan Lasted);

    private static async Task<Dribbled> DribbleAsync(GatewayProcess gateway, byte[] hello, TimeSpan pause)
    {
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        var watch = Stopwatch.StartNew();
        using var over = new CancellationTokenSource();
        var receiving = client.ReadAsync(1, s_timeout);
        for (var i = 0; i < hello.Length && !receiving.IsCompleted; i++)
        {
            await client.SendAsync(hello.AsMemory(i, 1));
            await Task.Delay(pause);
        }

        await receiving;
        var lasted = watch.Elapsed;
        await client.ReadUntilIdleAsync(TimeSpan.FromMilliseconds(100));
        return new(client.Received, client.State, lasted);
    }

    private static async Task SendAndEndAsync(GatewayProcess gateway, ReadOnlyMemory<byte> bytes, Ending ending)
    {
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync(bytes);
        if (ending == Ending.Reset)
            client.Reset();
        else
            client.EndSending();
    }

    /// <summary>A handshake of which so many bytes are sent, and then nothing but an end; wrong records behind it if it is allowed to finish.</summary>
    private static async Task<(int Sent, bool Succeeded)> ShakeHandsAsync(
        GatewayProcess gateway, SslProtocols version, int bytes, Ending ending, byte[]? behind = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, gateway.Port());
        await using var stream = new CutStream(socket, bytes, ending);
        await using var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is { Subject: "CN=localhost" },
            }).WaitAsync(s_timeout);
        }
        catch (Exception error) when (error is IOException or AuthenticationException or ObjectDisposedException)
        {
            return (stream.Sent, false);
        }

        if (behind is null)
            return (stream.Sent, !stream.WasCut);
        await stream.WriteAsync(behind);
        var answer = new byte[16384];
        while (ending == Ending.End && await ReadOrBreakAsync(socket, answer) > 0)
        {
            // An alert and the end, or nothing: the gateway waits for the rest.
        }

        stream.End();
        return (stream.Sent, true);
    }

    private static async Task<int> ReadOrBreakAsync(Socket socket, byte[] buffer)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        try
        {
            return await socket.ReceiveAsync(buffer, over.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return 0;
        }
    }

    private static async Task<HttpReply> GetAsync(GatewayProcess gateway)
    {
        await using var client = await RawClient.ConnectAsync(gateway.Port());
        await client.StartTlsAsync(new TlsPeer { ServerName = "localhost" });
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return await client.ReadReplyAsync() ?? throw new GatewayException($"No answer: {client.TlsFailure}\n{gateway.Describe()}");
    }

    private static async Task<string> SClientAsync(int port, string option, string input)
    {
        // Each command in a segment of its own: s_client looks at the first character of what it reads at once.
        var lines = string.Concat(input.Split("\\n", StringSplitOptions.RemoveEmptyEntries).Select(line => $"printf '{line}\\n'; sleep 0.02; "));
        var result = await Command.RunAsync(
            "/bin/sh", ["-c", $"{{ {lines} sleep 0.2; }} | openssl s_client -connect 127.0.0.1:{port} -servername localhost {option} 2>&1"]);
        return result.Output;
    }

    /// <summary>The first bytes that a real client sends.</summary>
    private static async Task<byte[]> RecordClientHelloAsync()
    {
        await using var server = new RawServer();
        await using var client = await RawClient.ConnectAsync(server.Port);
        var handshake = client.StartTlsAsync(new TlsPeer { ServerName = "localhost" });
        await using var accepted = await server.AcceptAsync();
        var head = Bytes.FromText(await accepted.ReadAsync(5));
        var hello = Bytes.FromText(await accepted.ReadAsync(head[3] << 8 | head[4]));
        accepted.Reset();
        await handshake;
        return [.. head, .. hello];
    }

    private static Task<GatewayProcess> StartAsync(GatewayExecutable executable)
    {
        var certificate = TestCertificate.Create("localhost");
        return GatewayProcess.StartAsync(executable, Configuration, new()
        {
            Files = new Dictionary<string, string> { ["a.pem"] = certificate.Pem, ["a.key"] = certificate.KeyPem },
        });
    }

    /// <summary>Lets so many bytes out, then ends the connection.</summary>
    private sealed class CutStream(Socket socket, int limit, Ending ending) : NetworkStream(socket, ownsSocket: false)
    {
        public int Sent { get; private set; }

        public bool WasCut { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(buffer.Length, limit - Sent);
            await base.WriteAsync(buffer[..count], cancellationToken);
            Sent += count;
            if (count == buffer.Length && Sent < limit)
                return;
            WasCut = true;
            End();
        }

        public void End()
        {
            if (ending == Ending.Reset)
            {
                Socket.LingerState = new LingerOption(true, 0);
                Socket.Close();
            }
            else if (Socket.Connected)
            {
                Socket.Shutdown(SocketShutdown.Send);
            }
        }
    }
}
