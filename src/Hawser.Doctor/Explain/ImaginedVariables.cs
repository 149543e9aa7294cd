using System.Globalization;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Protocols.Http1;

namespace Hawser.Doctor.Explain;

/// <summary>The built-in variables as far as a request that never existed has them.</summary>
internal static class ImaginedVariables
{
    /// <summary>The value; null where only a real request would have one.</summary>
    public static string? Find(ImaginedRequest request, string name)
    {
        switch (name)
        {
            case "host":
                return request.Host.Length > 0 ? request.Host : request.Server.PrimaryName;
            case "server_name":
                return request.Server.PrimaryName;
            case "uri" or "document_uri":
                return request.Uri;
            case "request_uri":
                return request.Request.Target;
            case "args" or "query_string":
                return request.Args;
            case "is_args":
                return request.Args.Length > 0 ? "?" : "";
            case "scheme":
                return request.IsTls ? "https" : "http";
            case "https":
                return request.IsTls ? "on" : "";
            case "request_method":
                return request.Method;
            case "server_protocol":
                return "HTTP/1.1";
            case "request":
                return $"{request.Request.Method} {request.Request.Target} HTTP/1.1";
            case "server_port":
                return request.Request.Port.ToString(CultureInfo.InvariantCulture);
            case "remote_addr":
                return request.Request.ClientAddress;
            case "server_addr":
                return request.Request.ServerAddress;
            case "request_port":
                return request.HostPort;
            case "is_request_port":
                return request.HostPort.Length > 0 ? ":" : "";
            case "proxy_host":
                return request.ProxyHost;
            case "proxy_port":
                return request.ProxyPort;
            case "content_type":
                return request.Field("content_type") ?? "";
            case "content_length":
                return request.Field("content_length") ?? "";
            case "proxy_add_x_forwarded_for":
                return AddForwardedFor(request);
            case "document_root":
                return request.Scope.Get(Known.Root) is { } root ? request.Evaluate(root.Path) : "";
            default:
                return FindInFamily(request, name);
        }
    }

    private static string? AddForwardedFor(ImaginedRequest request)
    {
        string client = request.Variable("remote_addr");
        return request.Field("x_forwarded_for") is { } already ? $"{already}, {client}" : client;
    }

    private static string? FindInFamily(ImaginedRequest request, string name)
    {
        if (name.StartsWith("http_", StringComparison.Ordinal)) return request.Field(name[5..]) ?? "";
        if (name.StartsWith("arg_", StringComparison.Ordinal))
        {
            byte[] args = Encoding.Latin1.GetBytes(request.Args);
            return QueryReader.TryFind(args, Encoding.Latin1.GetBytes(name[4..]), out ByteRange range)
                ? Encoding.Latin1.GetString(args, range.Start, range.Length)
                : "";
        }
        if (name.StartsWith("cookie_", StringComparison.Ordinal) && request.Field("cookie") is { } cookies)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(cookies);
            return CookieReader.TryFind(bytes, Encoding.Latin1.GetBytes(name[7..]), out ByteRange range)
                ? Encoding.Latin1.GetString(bytes, range.Start, range.Length)
                : "";
        }
        return name.StartsWith("cookie_", StringComparison.Ordinal) || name.StartsWith("proxy_protocol_", StringComparison.Ordinal) ? "" : null;
    }
}
