namespace Hawser.Load;

/// <summary>The configurations of the gateways: each does the same, in its own words.</summary>
internal static class PeerFiles
{
    /// <summary>Writes the configuration and returns the arguments that the program starts with.</summary>
    public static string[] Write(string name, string folder, Peer peer, PeerSetting setting, int workers)
    {
        switch (name)
        {
            case "haproxy":
                File.WriteAllText(Path.Combine(folder, "haproxy.cfg"), HAProxy(peer, setting, workers));
                return ["-db", "-q", "-f", "haproxy.cfg"];
            case "caddy":
                File.WriteAllText(Path.Combine(folder, "Caddyfile"), Caddy(peer, setting));
                return ["run", "--config", "Caddyfile", "--adapter", "caddyfile"];
            default:
                File.WriteAllText(Path.Combine(folder, "nginx.conf"), Nginx(peer, setting, workers));
                return ["-p", folder + "/", "-c", "nginx.conf", "-e", "error.log"];
        }
    }

    // ssl_protocols: nginx before 1.23.4 leaves TLS 1.3 out unless it is named. worker_connections: when fewer than a sixteenth are free, nginx closes connections that wait for a request.
    private static string Nginx(Peer peer, PeerSetting setting, int workers) => $$"""
        worker_processes {{workers}};
        pid gateway.pid;
        error_log error.log warn;
        daemon off;
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        events { worker_connections 30000; }
        http {
          access_log off;
          map $http_upgrade $connection_upgrade { default keep-alive; 'websocket' upgrade; }
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
          proxy_read_timeout 300;
          ssl_protocols TLSv1.2 TLSv1.3;
          server {
            listen 127.0.0.1:{{peer.Port}} backlog=4096;
            listen 127.0.0.1:{{peer.TlsPort}} ssl backlog=4096;
            ssl_certificate {{setting.Certificate.Certificate}};
            ssl_certificate_key {{setting.Certificate.Key}};
            location / { proxy_pass http://{{peer.Backend}}; }
          }
          server {
            listen 127.0.0.1:{{peer.BulkPort}} backlog=4096;
            location / { proxy_pass http://{{peer.BulkBackend}}; }
          }
          server {
            listen 127.0.0.1:{{peer.LongKeyPort}} ssl backlog=4096;
            ssl_certificate {{setting.LongKey.Certificate}};
            ssl_certificate_key {{setting.LongKey.Key}};
            location / { proxy_pass http://{{peer.Backend}}; }
          }
        }

        """;

    // maxconn is what fits: two descriptors for each, and 20,000 in all.
    private static string HAProxy(Peer peer, PeerSetting setting, int workers) => $"""
        global
          nbthread {workers}
          maxconn 9900
        defaults
          mode http
          timeout connect 5s
          timeout client 300s
          timeout server 300s
          timeout tunnel 300s
        frontend f
          bind 127.0.0.1:{peer.Port} backlog 4096
          bind 127.0.0.1:{peer.TlsPort} backlog 4096 ssl crt {setting.Certificate.Both}
          bind 127.0.0.1:{peer.LongKeyPort} backlog 4096 ssl crt {setting.LongKey.Both}
          maxconn 9900
          default_backend b
        frontend f-bulk
          bind 127.0.0.1:{peer.BulkPort}
          default_backend b-bulk
        backend b
          server s {peer.Backend}
        backend b-bulk
          server s {peer.BulkBackend}

        """;

    private static string Caddy(Peer peer, PeerSetting setting) => $$"""
        {
          admin off
          auto_https off
        }
        http://127.0.0.1:{{peer.Port}} {
          reverse_proxy {{peer.Backend}}
        }
        http://127.0.0.1:{{peer.BulkPort}} {
          reverse_proxy {{peer.BulkBackend}}
        }
        https://127.0.0.1:{{peer.TlsPort}} {
          tls {{setting.Certificate.Certificate}} {{setting.Certificate.Key}}
          reverse_proxy {{peer.Backend}}
        }
        https://127.0.0.1:{{peer.LongKeyPort}} {
          tls {{setting.LongKey.Certificate}} {{setting.LongKey.Key}}
          reverse_proxy {{peer.Backend}}
        }

        """;
}
