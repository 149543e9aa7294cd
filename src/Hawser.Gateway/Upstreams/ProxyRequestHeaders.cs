using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// Which fields an upstream gets: those of <c>proxy_set_header</c>, the proxy's own, and the client's other ones.
/// A name that is set here, if only to nothing, keeps the client's field of that name away.
/// </summary>
public sealed class ProxyRequestHeaders
{
    private readonly SetHeader[] _set;
    private readonly HeaderNameSet _replaced;
    private readonly TemplateModel? _host;

    private readonly record struct SetHeader(ByteSlice Name, TemplateModel? Value, KnownHeader Known);

    /// <summary>What a gateway must not pass on as it came (RFC 9110 §7.6.1), and what it computes itself.</summary>
    private static readonly (string Name, KnownHeader Known)[] s_own =
    [
        ("Connection", KnownHeader.Connection),
        ("Proxy-Connection", KnownHeader.ProxyConnection),
        ("Content-Length", KnownHeader.ContentLength),
        ("Transfer-Encoding", KnownHeader.TransferEncoding),
        ("TE", KnownHeader.TE),
        ("Keep-Alive", KnownHeader.KeepAlive),
        ("Expect", KnownHeader.Expect),
        ("Upgrade", KnownHeader.Upgrade),
    ];

    private ProxyRequestHeaders(SetHeader[] set, HeaderNameSet replaced, TemplateModel? host, bool passesOthers)
    {
        _set = set;
        _replaced = replaced;
        _host = host;
        PassesOthers = passesOthers;
    }

    /// <summary><c>proxy_pass_request_headers</c>.</summary>
    public bool PassesOthers { get; }

    public static ProxyRequestHeaders From(ImmutableArray<ProxyHeaderConfig> configured, bool passesOthers, ModelBuilder builder)
    {
        TemplateModel? host = null;
        var set = new List<SetHeader>();
        foreach (ProxyHeaderConfig header in configured)
        {
            TemplateModel value = builder.Compile(header.Value);
            KnownHeader known = KnownHeaders.Find(Encoding.Latin1.GetBytes(header.Name));
            if (known == KnownHeader.Host) host = value;
            else set.Add(new SetHeader(ByteSlice.FromLatin1(header.Name), value, known));
        }
        foreach ((string name, KnownHeader known) in s_own)
        {
            if (!set.Exists(h => h.Known == known)) set.Add(new SetHeader(ByteSlice.FromLatin1(name), null, known));
        }
        var replaced = new HeaderNameSet();
        replaced.Add(KnownHeader.Host);
        foreach (SetHeader header in set) replaced.Add(header.Name, header.Known);
        return new ProxyRequestHeaders([.. set], replaced, host, passesOthers);
    }

    /// <summary>Puts the fields together, in the order they will be sent. Values live in the exchange's arena.</summary>
    /// <param name="isHandshake">A WebSocket handshake that must arrive as one, whatever the header lines say.</param>
    /// <param name="bodyLength">Content-Length to send, or -1.</param>
    public void Collect(HttpExchange exchange, HeaderList fields, ByteSlice defaultHost, bool http11, bool isHandshake, long bodyLength, bool chunked)
    {
        exchange.Upstream.RequestBodyLength = chunked ? -1 : bodyLength >= 0 ? bodyLength : null;
        ByteSlice host = _host?.Evaluate(exchange) ?? default;
        if (_host is null || host.IsEmpty && http11) host = defaultHost;
        if (!host.IsEmpty) fields.Add(Names.Host, host, KnownHeader.Host);
        foreach (ref readonly SetHeader header in _set.AsSpan())
        {
            ByteSlice value = header.Value is { } template ? template.Evaluate(exchange) : OwnValue(exchange, header.Known, bodyLength, chunked);
            if (!value.IsEmpty) fields.Add(header.Name, value, header.Known);
        }
        if (PassesOthers) PassClientFields(exchange, fields);
        if (isHandshake) CompleteHandshake(exchange, fields);
    }

    private static ByteSlice OwnValue(HttpExchange exchange, KnownHeader known, long bodyLength, bool chunked) => known switch
    {
        KnownHeader.ContentLength when bodyLength >= 0 => exchange.Arena.Format(bodyLength),
        KnownHeader.TransferEncoding when chunked => Names.Chunked,
        _ => default,
    };

    private void PassClientFields(HttpExchange exchange, HeaderList fields)
    {
        foreach (ref readonly Header field in exchange.RequestHeaders.Fields)
        {
            if (!_replaced.Contains(field.Name.Span, field.Known)) fields.Add(field.Name, field.Value, field.Known);
        }
    }

    /// <summary>
    /// websocket auto: a handshake goes upstream as one. Lines that are right stay as configured, to the byte; missing, empty
    /// or wrong ones are put right.
    /// </summary>
    private static void CompleteHandshake(HttpExchange exchange, HeaderList fields)
    {
        Ensure(fields, KnownHeader.Upgrade, Names.Upgrade, "websocket"u8, Names.WebSocket);
        Ensure(fields, KnownHeader.Connection, Names.Connection, "upgrade"u8, Names.UpgradeToken);
        foreach (ref readonly Header field in exchange.RequestHeaders.Fields)
        {
            bool needed = field.Known is KnownHeader.SecWebSocketKey or KnownHeader.SecWebSocketVersion;
            if (needed && !fields.Contains(field.Known)) fields.Add(field.Name, field.Value, field.Known);
        }
    }

    private static void Ensure(HeaderList fields, KnownHeader known, ByteSlice name, ReadOnlySpan<byte> token, ByteSlice value)
    {
        ReadOnlySpan<Header> all = fields.Fields;
        int found = -1;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Known != known) continue;
            if (TokenList.Contains(all[i].Value.Span, token)) return;
            found = i;
        }
        if (found >= 0) fields.SetValue(found, value);
        else fields.Add(name, value, known);
    }

    private static class Names
    {
        public static readonly ByteSlice Host = ByteSlice.FromLatin1("Host");
        public static readonly ByteSlice Upgrade = ByteSlice.FromLatin1("Upgrade");
        public static readonly ByteSlice Connection = ByteSlice.FromLatin1("Connection");
        public static readonly ByteSlice WebSocket = ByteSlice.FromLatin1("websocket");
        public static readonly ByteSlice UpgradeToken = ByteSlice.FromLatin1("upgrade");
        public static readonly ByteSlice Chunked = ByteSlice.FromLatin1("chunked");
    }
}
