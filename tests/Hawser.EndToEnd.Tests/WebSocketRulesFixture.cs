using Hawser.Testing;

namespace Hawser.EndToEnd.Tests;

/// <summary>One gateway with a location for each rule, in front of a server that tests drive by hand.</summary>
public sealed class WebSocketRulesFixture : IAsyncLifetime
{
    internal const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 1024; }
        http {
            log_format tunnels '$uri $websocket_end_reason $websocket_closed_by $websocket_close_code $websocket_messages_received $websocket_messages_sent';
            log_format numbers '$uri received $websocket_bytes_received sent $websocket_bytes_sent rtt $websocket_ping_rtt protocol $websocket_protocol duration $websocket_duration';
            access_log access.log tunnels;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /ping { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_ping_interval 200ms; websocket_ping_timeout 60s; }
                location /dead { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_ping_interval 200ms; websocket_ping_timeout 300ms; }
                location /message { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_max_message_size 100; }
                location /frame { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_max_frame_size 100; }
                location /life { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_max_lifetime 300ms jitter=100ms; }
                location /beat { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_heartbeat ping reply pong; }
                location /rate { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_message_rate rate=20/s burst=2; }
                location /ratestop { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_message_rate rate=1/s burst=2 action=close; }
                location /strict { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_strict on; }
                location /idle { proxy_pass http://127.0.0.1:%%BACKEND%%; proxy_read_timeout 1s; websocket_ping_interval 200ms; }
                location /origins { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_origins same *.example.com https://app.example.org "~^https://x\d\.y$"; }
                location /off { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket off; }
                location /moments { proxy_pass http://127.0.0.1:%%BACKEND%%; access_log moments.log tunnels at=open,close,1s; }
                location /numbers { proxy_pass http://127.0.0.1:%%BACKEND%%; access_log numbers.log numbers; websocket_ping_interval off; }
                location /numbers/ping { proxy_pass http://127.0.0.1:%%BACKEND%%; access_log numbers.log numbers; websocket_ping_interval 200ms; websocket_ping_timeout 60s; }
                location /limits { proxy_pass http://127.0.0.1:%%BACKEND%%; websocket_max_message_size 10; websocket_message_rate rate=1/s burst=1; websocket_heartbeat ping reply pong; }
            }
        }
        """;

    private readonly RawServer _server = new();
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await Gateways.StartAsync(_server.Port, Configuration);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    internal void Deconstruct(out RawServer server, out GatewayProcess gateway) => (server, gateway) = (_server, _gateway);
}
