using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>What becomes of an upstream's response fields on the way to the client.</summary>
public sealed class ProxyResponseHeaders
{
    private readonly HeaderNameSet _hidden;
    private readonly IgnoredHeaders _ignored;
    private readonly ProxyRewriteRules? _redirects;
    private readonly CookieRewriter? _cookies;

    // What nginx keeps from clients unless proxy_pass_header names it.
    private static readonly string[] s_hidden =
        ["Date", "Server", "X-Pad", "X-Accel-Expires", "X-Accel-Redirect", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset"];

    private ProxyResponseHeaders(HeaderNameSet hidden, IgnoredHeaders ignored, ProxyRewriteRules? redirects, CookieRewriter? cookies)
    {
        _hidden = hidden;
        _ignored = ignored;
        _redirects = redirects;
        _cookies = cookies;
    }

    public static ProxyResponseHeaders From(LocationConfig config, ProxyPassConfig pass, ModelBuilder builder)
    {
        var hidden = new HeaderNameSet();
        foreach (string name in s_hidden.Concat(config.Get(Known.ProxyHideHeader))) Add(hidden, name);
        foreach (string name in config.Get(Known.ProxyPassHeader))
        {
            ByteSlice bytes = ByteSlice.FromLatin1(name);
            hidden.Remove(bytes, KnownHeaders.Find(bytes.Span));
        }
        return new ProxyResponseHeaders(hidden, config.Get(Known.ProxyIgnoreHeaders), ProxyRewriteRules.ForRedirects(config, pass, builder),
            CookieRewriter.From(config, builder));
    }

    /// <summary>The client does not get a field of that name.</summary>
    public bool Hides(ByteSlice name, KnownHeader known) => _hidden.Contains(name.Span, known);

    public bool Ignores(IgnoredHeaders header) => (_ignored & header) != 0;

    /// <summary>Copies the fields of the response into the client's head.</summary>
    public void Copy(HttpExchange exchange, HeaderList source, ResponseHead head)
    {
        foreach (ref readonly Header field in source.Fields)
        {
            switch (field.Known)
            {
                case KnownHeader.Connection or KnownHeader.KeepAlive or KnownHeader.TransferEncoding or KnownHeader.ContentLength:
                    continue; // about the upstream's connection, not the client's
            }
            if (_hidden.Contains(field.Name.Span, field.Known)) continue;
            CopyField(exchange, in field, head);
        }
        head.OmitServer = !_hidden.Contains("Server"u8, KnownHeader.Server);
        head.OmitDate = !_hidden.Contains("Date"u8, KnownHeader.Date);
        if (head.ContentType.IsEmpty) head.OmitContentType = true;
    }

    private void CopyField(HttpExchange exchange, in Header field, ResponseHead head)
    {
        ByteSlice value = field.Value;
        switch (field.Known)
        {
            case KnownHeader.ContentType:
                head.ContentType = value;
                head.HasUpstreamType = true;
                return;
            case KnownHeader.LastModified:
                if (HttpDate.TryParse(value.Span, out long time)) head.LastModified = time;
                break;
            case KnownHeader.ETag:
                head.ETag = value;
                break;
            case KnownHeader.Location:
                if (_redirects?.Apply(exchange, value, 0) is { } location)
                {
                    value = location;
                    head.IsOwnRedirect = true; // rewritten to a path, it becomes absolute like any other of ours
                }
                break;
            case KnownHeader.SetCookie when _cookies is not null:
                value = _cookies.Apply(exchange, value);
                break;
            case KnownHeader.Refresh:
                int url = value.Span.IndexOf("url="u8);
                if (url >= 0 && _redirects?.Apply(exchange, value, url + 4) is { } refresh) value = refresh;
                break;
        }
        head.Headers.Add(field.Name, value, field.Known);
    }

    private static void Add(HeaderNameSet set, string name)
    {
        ByteSlice bytes = ByteSlice.FromLatin1(name);
        set.Add(bytes, KnownHeaders.Find(bytes.Span));
    }
}
