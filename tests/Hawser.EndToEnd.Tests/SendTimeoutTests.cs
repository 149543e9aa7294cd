using System.Globalization;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>Peers that take nothing, while the gateway has something for them: who is given up, and what the log says of it.</summary>
public sealed class SendTimeoutTests
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 256; }
        http {
            access_log access.log;
            client_max_body_size 0;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location /stalled { proxy_send_timeout 1s; proxy_read_timeout 3600s; proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /slow { send_timeout 500ms; proxy_max_temp_file_size 0; proxy_pass http://127.0.0.1:%%BACKEND%%; }
            }
        }
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    // More than both kernels' buffers hold.
    private const int LargeBody = 12_000_000;

    [Theory]
    [InlineData("hawser")]
    [InlineData("nginx")]
    public async Task Upstream_StopsReading_IsGivenUpAfterSendTimeoutThoughAnAnswerMightTakeLong(string product)
    {
        await using var server = new RawServer(receiveBuffer: 16384);
        await using GatewayProcess gateway = await StartAsync(server.Port, executable: product == "nginx" ? GatewayExecutable.Nginx : GatewayExecutable.Hawser);
        await using RawClient client = await RawClient.ConnectAsync(gateway.Port());
        await client.SendAsync($"POST /stalled HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LargeBody.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{new string('x', LargeBody)}");
        await using RawClient upstream = await server.AcceptAsync();
        Assert.Equal(504, (await client.ReadReplyAsync(timeout: s_patience))?.Status);
        Assert.Contains("upstream timed out (110: Connection timed out) while sending request to upstream", gateway.ErrorLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_TakesNothing_IsSaidToHaveTimedOut()
    {
        await using var server = new RawServer();
        await using GatewayProcess gateway = await StartAsync(server.Port);
        await using RawClient client = await RawClient.ConnectAsync(gateway.Port(), receiveBuffer: 16384);
        await client.SendAsync("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await using RawClient upstream = await server.AcceptAsync();
        await upstream.ReadUntilAsync("\r\n\r\n", s_patience);
        Task answer = upstream.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {LargeBody.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{new string('x', LargeBody)}");
        Assert.True(await Wait.UntilAsync(() => gateway.ErrorLog.Contains("client timed out (110: Connection timed out) while sending to client", StringComparison.Ordinal), s_patience), gateway.Describe());
        Assert.DoesNotContain("prematurely closed", gateway.ErrorLog, StringComparison.Ordinal);
        upstream.Reset();
        await answer.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private static Task<GatewayProcess> StartAsync(int backend, GatewayExecutable? executable = null) =>
        GatewayProcess.StartAsync(executable ?? GatewayExecutable.Hawser, Configuration, Gateways.WithBackend(backend));
}
