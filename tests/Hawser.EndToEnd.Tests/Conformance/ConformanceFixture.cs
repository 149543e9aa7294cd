using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Conformance;

/// <summary>One peer and one gateway for all cases: the cases themselves take milliseconds.</summary>
public sealed class ConformanceFixture : IAsyncLifetime
{
    private const string Configuration = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 1024; }
        http {
            access_log access.log;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location /tracked/ { proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /raw/ {
                    websocket nginx;
                    proxy_pass http://127.0.0.1:%%BACKEND%%;
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                }
            }
        }
        """;

    private readonly ConformancePeer _peer = new();
    private GatewayProcess _gateway = null!;

    internal int PeerPort => _peer.Port;

    internal GatewayProcess Gateway => _gateway;

    public async ValueTask InitializeAsync() => _gateway = await Gateways.StartAsync(_peer.Port, Configuration);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _peer.DisposeAsync();
    }
}
