using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Protocols.Http1;

namespace Hawser.Doctor.Explain;

/// <summary>The head that a backend would receive.</summary>
internal sealed class UpstreamHead(ImaginedRequest request, DoctorTarget target)
{
    // What a gateway never passes on as it came (RFC 9110 §7.6.1), and what it computes itself.
    private static readonly string[] s_own =
        ["Connection", "Proxy-Connection", "Content-Length", "Transfer-Encoding", "TE", "Keep-Alive", "Expect", "Upgrade"];

    private readonly ConfigScope _scope = request.Scope;

    /// <summary>Null when the URL of <c>proxy_pass</c> is none once it is evaluated.</summary>
    public UpstreamRequest? Build()
    {
        ProxyPassConfig pass = _scope.Get(Known.ProxyPass)!;
        if (!TryResolve(pass, out string address, out string uri)) return null;
        string requestTarget = TargetFor(pass, uri);
        bool isHandshake = target.IsHawser && _scope.Get(Known.WebSocket) == WebSocketMode.Auto && request.Request.IsWebSocket;
        bool http11 = isHandshake || SpeaksHttp11;
        string method = _scope.Get(Known.ProxyMethod) is { } fixedMethod ? request.Evaluate(fixedMethod) : request.Method;
        request.Note("proxy", pass.Span, ("url", pass.Url.Source), ("address", address), ("target", requestTarget));
        return new UpstreamRequest(address, $"{method} {requestTarget} HTTP/{(http11 ? "1.1" : "1.0")}", Fields(isHandshake));
    }

    /// <summary>Whether a backend would see a WebSocket handshake (RFC 6455 §4.1).</summary>
    public static bool IsHandshake(UpstreamRequest upstream) =>
        upstream.RequestLine.EndsWith("HTTP/1.1", StringComparison.Ordinal)
        && HasToken(upstream, "Upgrade", "websocket") && HasToken(upstream, "Connection", "upgrade");

    private bool SpeaksHttp11 => _scope.Find(Known.ProxyHttpVersion) is { IsExplicit: true } version
        ? version.Value != ProxyHttpVersion.Http10
        : target.SpeaksHttp11ByDefault;

    private static bool HasToken(UpstreamRequest upstream, string name, string token)
    {
        foreach ((string field, string value) in upstream.Headers)
        {
            if (!field.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (value.Split(',').Any(t => t.Trim().Equals(token, StringComparison.OrdinalIgnoreCase))) return true;
        }
        return false;
    }

    private bool TryResolve(ProxyPassConfig pass, out string address, out string uri)
    {
        if (pass.Address is { } fixedAddress)
        {
            address = fixedAddress.Text;
            uri = pass.Uri;
            request.ProxyHost = pass.HostHeader;
            request.ProxyPort = fixedAddress.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return true;
        }
        string url = request.Evaluate(pass.Url);
        address = uri = "";
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return false;
        string rest = url[(scheme + 3)..];
        int end = rest.AsSpan().IndexOfAny('/', '?');
        address = end < 0 ? rest : rest[..end];
        uri = end < 0 ? "" : rest[end..];
        if (uri.StartsWith('?')) uri = "/" + uri;
        request.ProxyHost = address;
        return address.Length > 0;
    }

    private string TargetFor(ProxyPassConfig pass, string uri)
    {
        if (pass.IsDynamic && uri.Length > 0) return uri;
        if (uri.Length == 0 && request.IsTargetUntouched) return request.Request.Target;
        LocationConfig location = (LocationConfig)_scope;
        while (location.IsNameless && location.Parent is LocationConfig around) location = around;
        bool replaces = location.MatchKind is LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex or LocationMatchKind.Exact;
        var upstream = new UpstreamTarget(
            Encoding.Latin1.GetBytes(uri), Encoding.Latin1.GetBytes(request.Uri), Encoding.Latin1.GetBytes(request.Args),
            replaces ? location.Pattern.Length : 0, request.IsPathOfLocation, escapes: request.IsQuoted || request.IsInternal);
        byte[] written = new byte[upstream.Length];
        upstream.Write(written);
        return Encoding.Latin1.GetString(written);
    }

    private ImmutableArray<(string, string)> Fields(bool isHandshake)
    {
        var fields = new List<(string Name, string Value)>();
        ImmutableArray<ProxyHeaderConfig> configured = _scope.Get(Known.ProxySetHeader);
        ProxyHeaderConfig? host = configured.LastOrDefault(static h => Is(h.Name, "Host"));
        Add(fields, "Host", host is null ? request.ProxyHost : request.Evaluate(host.Value));
        foreach (ProxyHeaderConfig header in configured)
        {
            if (!Is(header.Name, "Host")) Add(fields, header.Name, request.Evaluate(header.Value));
        }
        AddOwn(fields, configured);
        if (_scope.Get(Known.ProxyPassRequestHeaders))
        {
            foreach ((string name, string value) in request.Fields)
            {
                bool replaced = Is(name, "Host") || s_own.Any(o => Is(o, name)) || configured.Any(h => Is(h.Name, name));
                if (!replaced) fields.Add((name, value));
            }
        }
        if (isHandshake) Complete(fields);
        return [.. fields];
    }

    private void AddOwn(List<(string Name, string Value)> fields, ImmutableArray<ProxyHeaderConfig> configured)
    {
        // Before 1.29.7 nginx asked for the connection to be closed unless told otherwise.
        if (!target.SpeaksHttp11ByDefault && !configured.Any(static h => Is(h.Name, "Connection"))) fields.Add(("Connection", "close"));
        if (request.Field("content_length") is { } length && !configured.Any(static h => Is(h.Name, "Content-Length"))) fields.Add(("Content-Length", length));
    }

    // websocket auto: missing, empty or wrong lines are put right.
    private void Complete(List<(string Name, string Value)> fields)
    {
        foreach ((string name, string value) in request.Fields)
        {
            bool needed = Is(name, "Sec-WebSocket-Key") || Is(name, "Sec-WebSocket-Version");
            if (needed && !fields.Exists(f => Is(f.Name, name))) fields.Add((name, value));
        }
        foreach ((string name, string token) in (ReadOnlySpan<(string, string)>)[("Upgrade", "websocket"), ("Connection", "upgrade")])
        {
            int at = fields.FindLastIndex(f => Is(f.Name, name));
            if (at >= 0 && fields[at].Value.Contains(token, StringComparison.OrdinalIgnoreCase)) continue;
            if (at >= 0) fields[at] = (fields[at].Name, token);
            else fields.Add((name, token));
        }
    }

    private static void Add(List<(string, string)> fields, string name, string value)
    {
        if (value.Length > 0) fields.Add((name, value));
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
