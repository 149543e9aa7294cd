using System.Net.Sockets;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Connections that come in the very moment in which an address or the process is given up: each is answered or closed, and none is forgotten.</summary>
public sealed class ArrivalTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private const string Configuration = """
        worker_processes 2;
        error_log error.log info;
        events { worker_connections 4096; }
        http {
            access_log off;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { return 200 "here"; }
                location /tunnel { proxy_pass http://127.0.0.1:%%BACKEND%%; }
            }
            server { listen 127.0.0.1:%%PORT_1%%; location / { return 200 "there"; } }
        }
        """;

    [Fact]
    public async Task GracefulStop_WhileConnectionsCome_LeavesNoneWaiting()
    {
        await using var backend = new WebSocketEchoBackend();
        for (var round = 0; round < 6; round++)
        {
            await using var gateway = await Gateways.StartAsync(backend.Port, Configuration);
            await using var tunnel = await Gateways.OpenTunnelAsync(gateway); // the process goes on for it, and so would whoever waits in vain
            using var stop = new CancellationTokenSource();
            Task<int>[] crowd = [.. Enumerable.Range(0, 8).Select(_ => ComeAgainAsync(gateway.Port(), stop.Token))];
            await Task.Delay(100, TestContext.Current.CancellationToken);
            gateway.Send(Signal.Quit);
            await Task.Delay(100, TestContext.Current.CancellationToken);
            await stop.CancelAsync();
            Assert.True((await Task.WhenAll(crowd)).Sum() > 0, gateway.Describe());
            Assert.DoesNotContain("unexpected failure", gateway.ErrorLog, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reload_ThatGivesAnAddressUp_LeavesNoneWaiting()
    {
        await using var backend = new WebSocketEchoBackend();
        await using var gateway = await Gateways.StartAsync(backend.Port, Configuration);
        var both = gateway.Directory.Read("nginx.conf");
        var one = both[..both.LastIndexOf("    server {", StringComparison.Ordinal)] + "}\n";
        await Gateways.GetAsync(gateway);
        var before = await Gateways.DescriptorsAtRestAsync(gateway);
        using var stop = new CancellationTokenSource();
        Task<int>[] crowd = [.. Enumerable.Range(0, 8).Select(_ => ComeAgainAsync(gateway.Port(1), stop.Token))];
        for (var round = 0; round < 20; round++)
        {
            gateway.Directory.Write("nginx.conf", round % 2 == 0 ? one : both);
            gateway.Send(Signal.Hup);
            await Task.Delay(60, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(crowd)).Sum() > 0, gateway.Describe());
        Assert.DoesNotContain("unexpected failure", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.InRange(await Gateways.DescriptorsAtRestWithoutTunnelAsync(gateway), before - 2, before + 2);
    }

    /// <summary>Connects and asks, over and over. Who gets in is answered or shown the door; how many were answered.</summary>
    private static async Task<int> ComeAgainAsync(int port, CancellationToken stop)
    {
        var answered = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", port, CancellationToken.None).AsTask().WaitAsync(s_patience, CancellationToken.None);
                await socket.SendAsync(Bytes.FromText("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
                var buffer = new byte[1024];
                if (await socket.ReceiveAsync(buffer).WaitAsync(s_patience, CancellationToken.None) > 0)
                    answered++;
            }
            catch (SocketException)
            {
                // Refused or reset: whoever asks knows.
                await Task.Delay(1, CancellationToken.None);
            }
        }

        return answered;
    }
}
