namespace Hawser.Differential;

/// <summary>What stands around the sections <c>http</c> and <c>server</c> of a case.</summary>
/// <remarks>
/// The proxy and TLS settings are nginx 1.31's defaults, which Debian's 1.22 does not have yet (HTTP/1.0, <c>Connection: close</c>, TLS 1.0 to 1.2
/// there).
/// A case that uses <c>proxy_set_header</c> itself loses the second by inheritance and repeats it.
/// </remarks>
internal static class CaseTemplate
{
    public static string Http(string content) => $$"""
        worker_processes 1;
        error_log error.log info;
        events { worker_connections 256; }
        http {
            root %%DIR%%/html;
            client_body_temp_path client_body_temp;
            proxy_temp_path proxy_temp;
            #nginx: fastcgi_temp_path fastcgi_temp;
            #nginx: uwsgi_temp_path uwsgi_temp;
            #nginx: scgi_temp_path scgi_temp;
            log_format case '$remote_addr "$request" $status $body_bytes_sent "$uri" "$args" "$host" $request_length';
            access_log access.log case;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            ssl_protocols TLSv1.2 TLSv1.3;
            proxy_ssl_protocols TLSv1.2 TLSv1.3;
        {{content}}
        }
        """;

    public static string Server(string content, bool isTls) => Http($$"""
            server {
                listen 127.0.0.1:%%PORT_0%%{{(isTls ? " ssl" : "")}};
                server_name localhost;
                {{(isTls ? $"ssl_certificate {CaseCertificates.Default}.pem; ssl_certificate_key {CaseCertificates.Default}.key;" : "")}}
            {{content}}
            }
        """);
}
