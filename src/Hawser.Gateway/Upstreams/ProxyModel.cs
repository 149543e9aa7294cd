using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Tls;
using Hawser.Gateway.Tunnels;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Upstreams;

/// <summary>A <c>proxy_pass</c> with everything that shapes it. Times are milliseconds, sizes bytes.</summary>
public sealed class ProxyModel
{
    public required ProxyTarget Target { get; init; }

    /// <summary>For an https target; null where the target never is one.</summary>
    public TlsUpstreamModel? Tls { get; init; }

    public required ProxyRequestHeaders RequestHeaders { get; init; }

    public required ProxyResponseHeaders ResponseHeaders { get; init; }

    /// <summary>10 or 11.</summary>
    public required int HttpVersion { get; init; }

    /// <summary>Replaces the client's method; null keeps it.</summary>
    public TemplateModel? Method { get; init; }

    /// <summary>Replaces the client's body; null keeps it.</summary>
    public TemplateModel? Body { get; init; }

    public required bool PassBody { get; init; }

    public required bool BufferRequest { get; init; }

    public required bool BufferResponse { get; init; }

    /// <summary>The largest response head, and what an unbuffered response may wait with.</summary>
    public required int BufferSize { get; init; }

    /// <summary>How much of a buffered response may wait for a slow client.</summary>
    public required int BufferTotal { get; init; }

    /// <summary>How much of it may be on its way to a client that is served from a temporary file.</summary>
    public required int BusySize { get; init; }

    public required TempPathConfig TempPath { get; init; }

    /// <summary>0: no temporary files.</summary>
    public required long MaxTempFileSize { get; init; }

    public required int TempFileWriteSize { get; init; }

    /// <summary>Bytes per second that are read of a buffered response; null for no limit.</summary>
    public SizeModel? LimitRate { get; init; }

    public required bool PassTrailers { get; init; }

    /// <summary>103 is passed on if one of these is neither empty nor <c>0</c>.</summary>
    public required TemplateModel[] EarlyHints { get; init; }

    public required long ConnectTimeout { get; init; }

    public required long SendTimeout { get; init; }

    public required long ReadTimeout { get; init; }

    /// <summary>The rules of a WebSocket that goes through it.</summary>
    public required TunnelPolicy WebSocketTunnel { get; init; }

    /// <summary>The rules of any other tunnel.</summary>
    public required TunnelPolicy PlainTunnel { get; init; }

    public required bool InterceptErrors { get; init; }

    public required bool IgnoreClientAbort { get; init; }

    public required bool ForceRanges { get; init; }

    public required bool SocketKeepAlive { get; init; }

    /// <summary>0 leaves the kernel's.</summary>
    public required int SocketReceiveBuffer { get; init; }

    /// <summary>0 leaves the kernel's.</summary>
    public required int SocketSendBuffer { get; init; }

    public ProxyBind? Bind { get; init; }

    public required NextUpstream NextUpstream { get; init; }

    /// <summary>0: as many as there are servers.</summary>
    public required int NextUpstreamTries { get; init; }

    /// <summary>0: no bound.</summary>
    public required long NextUpstreamTimeout { get; init; }

    /// <summary>Finds the addresses of names in a URL with variables; null: they cannot be found.</summary>
    public ResolverModel? Resolver { get; init; }

    public required long ResolverTimeout { get; init; }

    public static ProxyModel From(LocationConfig config, ModelBuilder builder)
    {
        ProxyPassConfig pass = config.Get(Known.ProxyPass)!;
        var target = ProxyTarget.From(config, pass, builder);
        BufferSpec buffers = config.Get(Known.ProxyBuffers);
        long doubled = 2 * Math.Max(config.Get(Known.ProxyBufferSize), buffers.Size);
        bool passHeaders = config.Get(Known.ProxyPassRequestHeaders);
        return new ProxyModel
        {
            Target = target,
            Tls = pass.IsTls || pass.IsDynamic ? TlsUpstreamCompiler.Compile(config, builder) : null,
            RequestHeaders = ProxyRequestHeaders.From(config.Get(Known.ProxySetHeader), passHeaders, builder),
            ResponseHeaders = ProxyResponseHeaders.From(config, pass, builder),
            HttpVersion = config.Get(Known.ProxyHttpVersion) == ProxyHttpVersion.Http11 ? 11 : 10,
            Method = builder.CompileOptional(config.Get(Known.ProxyMethod)),
            Body = builder.CompileOptional(config.Get(Known.ProxySetBody)),
            PassBody = config.Get(Known.ProxyPassRequestBody),
            BufferRequest = config.Get(Known.ProxyRequestBuffering),
            BufferResponse = config.Get(Known.ProxyBuffering),
            BufferSize = (int)config.Get(Known.ProxyBufferSize),
            BufferTotal = (int)Math.Min(buffers.Total, int.MaxValue / 2),
            BusySize = SizeOr(config.Get(Known.ProxyBusyBuffersSize), doubled),
            TempPath = config.Get(Known.ProxyTempPath),
            MaxTempFileSize = config.Get(Known.ProxyMaxTempFileSize),
            TempFileWriteSize = SizeOr(config.Get(Known.ProxyTempFileWriteSize), doubled),
            LimitRate = SizeModel.From(config.Get(Known.ProxyLimitRate), builder),
            PassTrailers = config.Get(Known.ProxyPassTrailers),
            EarlyHints = [.. config.Get(Known.EarlyHints).Select(builder.Compile)],
            ConnectTimeout = Milliseconds(config.Get(Known.ProxyConnectTimeout)),
            SendTimeout = Milliseconds(config.Get(Known.ProxySendTimeout)),
            ReadTimeout = Milliseconds(config.Get(Known.ProxyReadTimeout)),
            WebSocketTunnel = TunnelPolicyCompiler.WebSocket(config),
            PlainTunnel = TunnelPolicyCompiler.Plain(config),
            InterceptErrors = config.Get(Known.ProxyInterceptErrors),
            IgnoreClientAbort = config.Get(Known.ProxyIgnoreClientAbort),
            ForceRanges = config.Get(Known.ProxyForceRanges),
            SocketKeepAlive = config.Get(Known.ProxySocketKeepalive),
            SocketReceiveBuffer = (int)config.Get(Known.ProxySocketRcvbuf),
            SocketSendBuffer = (int)config.Get(Known.ProxySocketSndbuf),
            Bind = ProxyBind.From(config.Get(Known.ProxyBind), builder),
            Resolver = pass.IsDynamic ? ResolverModel.From(config.Get(Known.Resolver), builder) : null,
            ResolverTimeout = Milliseconds(config.Get(Known.ResolverTimeout)),
            NextUpstream = config.Get(Known.ProxyNextUpstream),
            NextUpstreamTries = config.Get(Known.ProxyNextUpstreamTries),
            NextUpstreamTimeout = Milliseconds(config.Get(Known.ProxyNextUpstreamTimeout)),
        };
    }

    // A quarter of a megabyte at once is enough for anybody; buffers of that size are pooled.
    private static int SizeOr(long configured, long otherwise) => (int)Math.Clamp(configured > 0 ? configured : otherwise, 1024, 256 * 1024);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
