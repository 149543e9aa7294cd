using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Compression;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Filters;

/// <summary><c>gzip</c>, <c>gunzip</c> and <c>gzip_static</c>, and by which rules a client counts as one that takes gzip.</summary>
public sealed class CompressionModel
{
    private readonly GzipProxied _proxied;
    private readonly bool _disablesMsie6;
    private readonly RegexModel[] _disabledAgents;
    private readonly int _leastVersion;

    private CompressionModel(ConfigScope scope, ModelBuilder builder)
    {
        Gzip = scope.Get(Known.Gzip);
        Gunzip = scope.Get(Known.Gunzip);
        Static = scope.Get(Known.GzipStatic);
        Vary = scope.Get(Known.GzipVary);
        Types = new MediaTypeSet(scope.Get(Known.GzipTypes));
        MinimumLength = scope.Get(Known.GzipMinLength);
        Level = scope.Get(Known.GzipCompLevel);
        WindowBits = scope.Get(Known.GzipWindow);
        MemoryLevel = scope.Get(Known.GzipHash);
        _leastVersion = scope.Get(Known.GzipHttpVersion) == ProxyHttpVersion.Http10 ? 10 : 11;
        _proxied = scope.Get(Known.GzipProxied);
        GzipDisable disable = scope.Get(Known.GzipDisable);
        _disablesMsie6 = disable.Msie6;
        _disabledAgents = [.. disable.Agents.Select(builder.Compile)];
    }

    internal bool Gzip { get; }

    internal bool Gunzip { get; }

    internal GzipStatic Static { get; }

    /// <summary><c>gzip_vary</c></summary>
    internal bool Vary { get; }

    internal MediaTypeSet Types { get; }

    /// <summary>In bytes.</summary>
    internal long MinimumLength { get; }

    internal int Level { get; }

    internal int WindowBits { get; }

    internal int MemoryLevel { get; }

    /// <summary>Null where none of the three is on.</summary>
    /// <exception cref="GatewayCompilationException">zlib is not installed.</exception>
    public static CompressionModel? From(ConfigScope scope, ModelBuilder builder)
    {
        bool needsZlib = scope.Get(Known.Gzip) || scope.Get(Known.Gunzip);
        if (!needsZlib && scope.Get(Known.GzipStatic) == GzipStatic.Off) return null;
        if (needsZlib && !Zlib.IsAvailable)
        {
            throw new GatewayCompilationException(
                "gzip and gunzip need zlib: libz.so.1 cannot be loaded; install it (Debian: zlib1g)",
                scope.Find(Known.Gzip).Span ?? scope.Find(Known.Gunzip).Span);
        }
        return new CompressionModel(scope, builder);
    }

    /// <summary>Whether the client takes gzip and may get it. Decided once for each request, as in nginx, whatever location answers in the end.</summary>
    internal bool ClientTakesGzip(HttpExchange exchange)
    {
        HttpResponse response = exchange.Response;
        response.TakesGzip ??= Decide(exchange);
        return response.TakesGzip.Value;
    }

    private bool Decide(HttpExchange exchange)
    {
        HeaderList request = exchange.RequestHeaders;
        if (!request.TryGet(KnownHeader.AcceptEncoding, out ByteSlice accepted) || !AcceptEncoding.AllowsGzip(accepted.Span)) return false;
        bool hasAgent = request.TryGet(KnownHeader.UserAgent, out ByteSlice agent);
        if (_disablesMsie6 && hasAgent && OldBrowsers.CannotUnpack(agent.Span)) return false;
        if (exchange.Version < _leastVersion) return false;
        if (request.Contains(KnownHeader.Via) && !AllowsProxied(exchange)) return false;
        foreach (RegexModel disabled in _disabledAgents)
        {
            if (hasAgent && disabled.Matches(exchange, agent.Span)) return false;
        }
        return true;
    }

    // In nginx's order: the first of these fields that the answer has decides.
    private bool AllowsProxied(HttpExchange exchange)
    {
        if (Has(GzipProxied.Off)) return false;
        if (Has(GzipProxied.Any) || (Has(GzipProxied.Auth) && exchange.RequestHeaders.Contains(KnownHeader.Authorization))) return true;
        HeaderList answer = exchange.Response.Head.Headers;
        if (answer.TryGet(KnownHeader.Expires, out ByteSlice expires)) return Has(GzipProxied.Expired) && IsPast(exchange, expires);
        if (answer.Contains(KnownHeader.CacheControl))
        {
            return (Has(GzipProxied.NoCache) && CacheControlHas(answer, "no-cache"u8))
                || (Has(GzipProxied.NoStore) && CacheControlHas(answer, "no-store"u8))
                || (Has(GzipProxied.Private) && CacheControlHas(answer, "private"u8));
        }
        // Only a field counts, as in nginx: a file's own date, which is sent too, does not.
        return !(Has(GzipProxied.NoLastModified) && answer.Contains(KnownHeader.LastModified)) && !(Has(GzipProxied.NoETag) && answer.Contains(KnownHeader.ETag));
    }

    private bool Has(GzipProxied condition) => (_proxied & condition) != 0;

    private static bool IsPast(HttpExchange exchange, ByteSlice expires)
    {
        if (!HttpDate.TryParse(expires.Span, out long end)) return false;
        long now = exchange.Worker.Loop.UnixMilliseconds / 1000;
        if (exchange.Response.Head.Headers.TryGet(KnownHeader.Date, out ByteSlice date) && !HttpDate.TryParse(date.Span, out now)) return false;
        return end < now;
    }

    private static bool CacheControlHas(HeaderList answer, ReadOnlySpan<byte> directive)
    {
        foreach (ref readonly Header field in answer.Fields)
        {
            if (field.Known == KnownHeader.CacheControl && TokenList.Contains(field.Value.Span, directive)) return true;
        }
        return false;
    }
}
