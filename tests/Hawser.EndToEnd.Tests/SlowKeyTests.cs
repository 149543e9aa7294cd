using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Signatures with long RSA keys are made beside the loops: everything else about a handshake stays as it was.</summary>
public sealed class SlowKeyTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 4096; }
        http {
            access_log off;
            ssl_session_cache shared:sessions:1m;
            server {
                listen 127.0.0.1:%%PORT_0%% ssl default_server;
                server_name slow.test;
                ssl_early_data on;
                ssl_certificate slow.test.pem; ssl_certificate_key slow.test.key;
                return 200 "$server_name $ssl_server_name $ssl_protocol $ssl_session_reused\n";
            }
            server {
                listen 127.0.0.1:%%PORT_0%% ssl;
                server_name quick.test;
                ssl_certificate quick.test.pem; ssl_certificate_key quick.test.key;
                return 200 "$server_name $ssl_server_name $ssl_protocol $ssl_session_reused\n";
            }
            server {
                listen 127.0.0.1:%%PORT_1%% ssl;
                ssl_certificate $ssl_server_name.pem; ssl_certificate_key $ssl_server_name.key;
                return 200 "$server_name $ssl_server_name $ssl_protocol $ssl_session_reused\n";
            }
            server {
                listen 127.0.0.1:%%PORT_2%% ssl;
                ssl_ecdh_curve secp384r1; # no client begins with this one, so it is asked to begin again (RFC 8446 §4.1.4)
                ssl_certificate slow.test.pem; ssl_certificate_key slow.test.key;
                return 200 "$server_name $ssl_server_name $ssl_protocol $ssl_session_reused\n";
            }
        }
        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly Lazy<TestCertificate> s_slow = new(static () => TestCertificate.CreateRsa(4096, "slow.test"));
    private static readonly Lazy<TestCertificate> s_quick = new(static () => TestCertificate.Create("quick.test"));

    [Theory]
    [InlineData(0, "slow.test", SslProtocols.Tls12, "slow.test slow.test TLSv1.2 .")]
    [InlineData(0, "slow.test", SslProtocols.Tls13, "slow.test slow.test TLSv1.3 .")]
    [InlineData(0, "quick.test", SslProtocols.Tls12, "quick.test quick.test TLSv1.2 .")]
    [InlineData(0, "quick.test", SslProtocols.Tls13, "quick.test quick.test TLSv1.3 .")]
    [InlineData(1, "slow.test", SslProtocols.Tls12, " slow.test TLSv1.2 .")]
    [InlineData(1, "slow.test", SslProtocols.Tls13, " slow.test TLSv1.3 .")]
    [InlineData(1, "quick.test", SslProtocols.Tls13, " quick.test TLSv1.3 .")]
    [InlineData(2, "slow.test", SslProtocols.Tls13, " slow.test TLSv1.3 .")]
    public async Task Handshake_LongKeyOrShort_ReachesTheServerThatWasNamed(int port, string name, SslProtocols protocol, string expected)
    {
        await using var gateway = await StartAsync();
        Assert.Equal(expected, await GetAsync(gateway, port, name, protocol));
    }

    [Fact]
    public async Task Handshake_Resumed_IsResumed()
    {
        await using var gateway = await StartAsync();
        var session = Path.Combine(gateway.Directory.Path, "session");
        var first = await Command.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{gateway.Port()}", "-servername", "slow.test", "-tls1_2", "-sess_out", session]);
        Assert.Contains("New, TLSv1.2", first.Output, StringComparison.Ordinal);
        var second = await Command.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{gateway.Port()}", "-servername", "slow.test", "-tls1_2", "-sess_in", session]);
        Assert.Contains("Reused, TLSv1.2", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_ManyAtOnceAndSomeGoAway_TheOthersAreServedAndNothingLeaks()
    {
        await using var gateway = await StartAsync();
        Assert.NotEqual("", await GetAsync(gateway, 0, "slow.test", SslProtocols.Tls13));
        var atRest = ProcessProbe.Descriptors(gateway.Id);
        var hello = await TlsTests.RecordClientHelloAsync();
        var answers = new List<Task<string>>();
        for (var i = 0; i < 100; i++)
        {
            answers.Add(GetAsync(gateway, 0, "slow.test", i % 2 == 0 ? SslProtocols.Tls12 : SslProtocols.Tls13));
            // Gone while its signature waits, or is being made: with a reset, or in good order.
            using var gone = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await gone.ConnectAsync(IPAddress.Loopback, gateway.Port());
            await gone.SendAsync(hello);
            if (i % 3 == 0) await Task.Delay(2);
            if (i % 2 == 0) gone.LingerState = new LingerOption(true, 0);
        }
        foreach (var answer in await Task.WhenAll(answers)) Assert.StartsWith("slow.test slow.test TLSv1.", answer, StringComparison.Ordinal);
        Assert.True(
            await Wait.UntilAsync(() => ProcessProbe.Descriptors(gateway.Id) <= atRest, s_timeout),
            string.Join('\n', ProcessProbe.DescribeDescriptors(gateway.Id)));
        Assert.True(await Wait.UntilAsync(async () => Gateways.BufferBytes(await Commands.StatusAsync(gateway)) == 0, s_timeout), gateway.Describe());
        Assert.DoesNotContain("[crit]", gateway.ErrorLog, StringComparison.Ordinal);
        Assert.DoesNotContain("[alert]", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signal.Term)]
    [InlineData(Signal.Quit)]
    public async Task Stop_WhileSignaturesAreMade_EndsTheProcess(Signal signal)
    {
        await using var gateway = await StartAsync();
        var hello = await TlsTests.RecordClientHelloAsync();
        var clients = new List<Socket>();
        for (var i = 0; i < 50; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            clients.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, gateway.Port());
            await client.SendAsync(hello);
        }
        gateway.Send(signal);
        foreach (var client in clients) client.Dispose();
        Assert.Equal(0, await gateway.WaitForExitAsync(s_timeout));
    }

    private static Task<GatewayProcess> StartAsync() => GatewayProcess.StartAsync(GatewayExecutable.Hawser, Configuration, new GatewayOptions
    {
        Files = new Dictionary<string, string>
        {
            ["slow.test.pem"] = s_slow.Value.Pem,
            ["slow.test.key"] = s_slow.Value.KeyPem,
            ["quick.test.pem"] = s_quick.Value.Pem,
            ["quick.test.key"] = s_quick.Value.KeyPem,
        },
    });

    private static async Task<string> GetAsync(GatewayProcess gateway, int port, string name, SslProtocols protocol)
    {
        using var over = new CancellationTokenSource(s_timeout);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Port(port), over.Token);
        await using var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = protocol,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == $"CN={name}", // self-signed
        };
        await tls.AuthenticateAsClientAsync(options, over.Token);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n"), over.Token);
        using var reader = new StreamReader(tls, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(over.Token);
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].TrimEnd('\n');
    }
}
