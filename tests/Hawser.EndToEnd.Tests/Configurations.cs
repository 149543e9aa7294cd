namespace Hawser.EndToEnd.Tests;

/// <summary>Configurations that several tests start from.</summary>
internal static class Configurations
{
    /// <summary>Everything goes to the backend; the WebSocket recipe is deliberately absent.</summary>
    public const string Plain = """
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 1024; }
        http {
            access_log access.log;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                location / { proxy_pass http://127.0.0.1:%%BACKEND%%; }
                location /return { return 200 "returned\n"; }
                location /static/ { root %%DIR%%; }
            }
        }
        """;

    /// <summary>As <see cref="Plain"/>, with two event loops.</summary>
    public static string TwoLoops => Plain.Replace("worker_processes 1;", "worker_processes 2;", StringComparison.Ordinal);
}
