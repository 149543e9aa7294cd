using System.Net;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>Where a request goes: the upstream, the Host it gets by default, and the URI part of the <c>proxy_pass</c>.</summary>
/// <param name="Upstream">Null when only <paramref name="Name"/> is known, which has to be resolved.</param>
/// <param name="Name">The host name as text; empty with an upstream.</param>
public readonly record struct ResolvedTarget(
    UpstreamModel? Upstream, string Name, ByteSlice Host, ByteSlice Port, int PortNumber, ByteSlice Uri, bool IsDynamic)
{
    /// <summary>TLS is spoken with the server.</summary>
    public bool IsTls { get; init; }
}

/// <summary>The URL of a <c>proxy_pass</c>: fixed, or evaluated for each request.</summary>
public sealed class ProxyTarget
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    private readonly ResolvedTarget _fixed;
    private readonly TemplateModel? _url;
    private readonly Func<string, UpstreamModel?> _findUpstream;
    private readonly GatewayServices _services;
    private readonly ByteSlice _location;
    private readonly Func<string, bool> _isGroup;

    private ProxyTarget(
        ResolvedTarget target, TemplateModel? url, LocationConfig location, ModelBuilder builder)
    {
        _fixed = target;
        _url = url;
        _findUpstream = builder.FindUpstream;
        _services = builder.Services;
        _isGroup = name => builder.Config.Http?.FindUpstream(name) is not null;
        LocationConfig outer = location;
        while (outer.IsNameless && outer.Parent is LocationConfig parent) outer = parent;
        bool replacesPrefix = outer.MatchKind is LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex or LocationMatchKind.Exact;
        _location = replacesPrefix ? ByteSlice.FromLatin1(outer.Pattern) : default;
    }

    public static ProxyTarget From(LocationConfig location, ProxyPassConfig pass, ModelBuilder builder)
    {
        if (pass.IsDynamic) return new ProxyTarget(default, builder.Compile(pass.Url), location, builder);
        EndpointAddress address = pass.Address!;
        // An address used by several locations is one upstream, and a proxy_pass with variables finds it by name too.
        string key = UpstreamKey(address, pass.IsTls, name => builder.Config.Http?.FindUpstream(name) is not null);
        if (builder.FindUpstream(key) is not { } upstream)
        {
            upstream = UpstreamModel.Implicit(address, builder.Services, pass.Span);
            builder.Upstreams.Add(key, upstream);
        }
        var target = new ResolvedTarget(
            upstream,
            "",
            ByteSlice.FromLatin1(pass.HostHeader),
            ByteSlice.FromLatin1(address.Kind == AddressKind.Unix ? "" : address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            address.Port,
            ByteSlice.FromLatin1(pass.Uri),
            IsDynamic: false) { IsTls = pass.IsTls };
        return new ProxyTarget(target, null, location, builder);
    }

    /// <summary>The target of this request. False: its URL is none, which is in the log; the answer is 500.</summary>
    public bool TryEvaluate(HttpExchange exchange, out ResolvedTarget target)
    {
        target = _fixed;
        if (_url is null) return true;
        ByteSlice url = _url.Evaluate(exchange);
        if (!StartsWithScheme(url.Span, out int scheme, out bool isTls))
        {
            exchange.LogError(LogLevel.Error, $"invalid URL prefix in \"{url}\"");
            return false;
        }
        ByteSlice rest = url.Slice(scheme);
        int end = AuthorityEnd(rest.Span);
        ByteSlice authority = rest.Slice(0, end);
        bool isUnix = end < rest.Length && rest[end] == ':'; // unix:/path:/uri
        ByteSlice uri = rest.Slice(isUnix ? end + 1 : end);
        if (uri.Length > 0 && uri[0] == '?') uri = exchange.Arena.Concat("/"u8, uri.Span);
        return TryFindUpstream(exchange, authority.ToString(), authority, uri, isTls, out target);
    }

    /// <summary>Writes the request target for the upstream; nginx's rules of when the path is replaced, escaped or passed through.</summary>
    public ByteSlice BuildUri(HttpExchange exchange, in ResolvedTarget target)
    {
        if (target.IsDynamic && !target.Uri.IsEmpty) return target.Uri;
        if (target.Uri.IsEmpty && exchange.IsTargetUntouched) return exchange.Target;
        var upstream = new UpstreamTarget(
            target.Uri.Span, exchange.Uri.Span, exchange.Args.Span, _location.Length, exchange.IsPathOfLocation,
            escapes: exchange.IsUriQuoted || exchange.IsInternal);
        upstream.Write(exchange.Arena.Allocate(upstream.Length, out ByteSlice result));
        return result;
    }

    private bool TryFindUpstream(HttpExchange exchange, string authority, ByteSlice host, ByteSlice uri, bool isTls, out ResolvedTarget target)
    {
        target = default;
        if (!TryParse(authority, isTls ? HttpsPort : HttpPort, out EndpointAddress? address))
        {
            exchange.LogError(LogLevel.Error, $"invalid host in upstream \"{authority}\"");
            return false;
        }
        UpstreamModel? upstream = _findUpstream(UpstreamKey(address, isTls, _isGroup));
        if (upstream is null && address.Kind != AddressKind.HostName) upstream = UpstreamModel.Named(address, _services.WorkerCount);
        ByteSlice port = address.Kind == AddressKind.Unix ? default : exchange.Arena.Format(address.Port);
        if (address.Kind == AddressKind.Unix) host = ByteSlice.FromLatin1("localhost");
        string name = upstream is null ? address.Host : "";
        target = new ResolvedTarget(upstream, name, host, port, address.Port, uri, IsDynamic: true) { IsTls = isTls };
        return true;
    }

    private static bool TryParse(string authority, int defaultPort, out EndpointAddress address)
    {
        address = null!;
        if (authority.StartsWith("unix:", StringComparison.Ordinal))
        {
            string path = authority[5..].TrimEnd(':');
            address = new EndpointAddress(authority, AddressKind.Unix, path, null, 0, false);
            return path.Length > 0;
        }
        int colon = authority.LastIndexOf(':');
        bool literal = authority.StartsWith('[');
        bool hasPort = colon >= 0 && (!literal || colon > authority.IndexOf(']'));
        string host = hasPort ? authority[..colon] : authority;
        int port = defaultPort;
        if (hasPort && (!int.TryParse(authority.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out port) || port is < 1 or > 65535)) return false;
        string bare = literal ? host.Trim('[', ']') : host;
        if (bare.Length == 0) return false;
        IPAddress? ip = IPAddress.TryParse(bare, out IPAddress? literalAddress) ? literalAddress : null;
        AddressKind kind = ip is null ? AddressKind.HostName
            : ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? AddressKind.IPv6 : AddressKind.IPv4;
        address = new EndpointAddress(authority, kind, bare, ip, port, hasPort);
        return true;
    }

    // An upstream block has no port of its own: http://name and http://name:80 mean it, as in nginx, and so do https://name and https://name:443.
    private static string UpstreamKey(EndpointAddress address, bool isTls, Func<string, bool> isGroup)
    {
        if (address.HasPort && address.Port != (isTls ? HttpsPort : HttpPort)) return address.Text;
        return !isTls || isGroup(address.Host) ? address.Host : $"{address.Host}:{HttpsPort}";
    }

    private static bool StartsWithScheme(ReadOnlySpan<byte> url, out int length, out bool isTls)
    {
        isTls = url.Length > 8 && Ascii.EqualsIgnoreCase(url[..8], "https://"u8);
        length = isTls ? 8 : 7;
        return isTls || url.Length > 7 && Ascii.EqualsIgnoreCase(url[..7], "http://"u8);
    }

    private static int AuthorityEnd(ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith("unix:"u8))
        {
            int colon = rest[5..].IndexOf((byte)':');
            return colon < 0 ? rest.Length : 5 + colon;
        }
        int end = rest.IndexOfAny((byte)'/', (byte)'?');
        return end < 0 ? rest.Length : end;
    }
}
