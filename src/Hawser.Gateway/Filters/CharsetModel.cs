using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Filters;

/// <summary><c>charset</c> and its relatives: the charset of Content-Type, and the conversion to it.</summary>
public sealed class CharsetModel
{
    private readonly TemplateModel? _charset;
    private readonly TemplateModel? _source;
    private readonly bool _overrides;
    private readonly MediaTypeSet _types;
    private readonly CharsetRegistry _registry;

    private CharsetModel(ConfigScope scope, ModelBuilder builder, CharsetRegistry registry)
    {
        _charset = builder.CompileOptional(scope.Get(Known.Charset).Name);
        _source = builder.CompileOptional(scope.Get(Known.SourceCharset).Name);
        _overrides = scope.Get(Known.OverrideCharset);
        _types = new MediaTypeSet(scope.Get(Known.CharsetTypes));
        _registry = registry;
    }

    /// <summary>Null where a configuration says nothing about charsets: then only an upstream's X-Accel-Charset would matter, which needs them named.</summary>
    public static CharsetModel? From(ConfigScope scope, ModelBuilder builder)
    {
        HttpConfig http = builder.Config.Http!;
        CharsetRegistry registry = builder.Once(http, () => CharsetRegistry.From(http));
        return registry.IsEmpty ? null : new CharsetModel(scope, builder, registry);
    }

    /// <summary>The header filter.</summary>
    internal void Apply(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (head.ContentType.IsEmpty || !TryFindTarget(exchange, head, out ByteSlice target)) return;
        ByteSlice type = head.ContentType;
        ReadOnlySpan<byte> named = type.Span[ContentTypeField.CharsetOf(head)];
        ByteSlice source = !named.IsEmpty ? exchange.Arena.Copy(named) : _source?.Evaluate(exchange) ?? default;
        bool isNamed = !named.IsEmpty;
        if (!isNamed && _source is null)
        {
            Set(exchange, head, target, cut: false);
            return;
        }
        bool isKnown = _registry.Contains(source.Span) && _registry.Contains(target.Span);
        if (AsciiText.EqualsIgnoreCase(source.Span, target.Span))
        {
            Set(exchange, head, target, cut: isKnown);
            return;
        }
        if (isKnown && head.IsEncoded) return; // packed: not to be converted
        if (!isKnown || _registry.Find(source.Span, target.Span) is not { } table)
        {
            exchange.LogError(LogLevel.Error, $"no \"charset_map\" between the charsets \"{source}\" and \"{target}\"");
            return;
        }
        Set(exchange, head, target, cut: true);
        CharsetFilter filter = exchange.Worker.Filters.RentCharset();
        filter.Begin(exchange, table);
        exchange.Response.AddFilter(filter);
        if (table.ChangesLength) head.ContentLength = ResponseHead.UnknownLength;
    }

    private bool TryFindTarget(HttpExchange exchange, ResponseHead head, out ByteSlice target)
    {
        if (OverrideOf(exchange, out target))
        {
            if (_registry.Contains(target.Span)) return true;
            exchange.LogError(LogLevel.Error, $"unknown charset \"{target}\" to override");
            return false;
        }
        target = default;
        if (_charset is null) return false;
        bool isNamed = !head.ContentType.Span[ContentTypeField.CharsetOf(head)].IsEmpty;
        if (isNamed ? !_overrides : !_types.Contains(head)) return false;
        target = _charset.Evaluate(exchange);
        return !target.IsEmpty;
    }

    // X-Accel-Charset
    private static bool OverrideOf(HttpExchange exchange, out ByteSlice charset)
    {
        charset = default;
        return exchange.Upstream.Count > 0 && exchange.Upstream.ResponseHeaders.TryGet(KnownHeader.XAccelCharset, out charset)
            && !charset.IsEmpty && !exchange.Proxy.Model.ResponseHeaders.Ignores(IgnoredHeaders.XAccelCharset);
    }

    // A redirect gets none: it would say nothing about the page that follows.
    private static void Set(HttpExchange exchange, ResponseHead head, ByteSlice charset, bool cut)
    {
        ReadOnlySpan<byte> type = ContentTypeField.TypeOf(head);
        bool isCut = type.Length < head.ContentType.Length;
        if (isCut && !cut) return;
        if (head.Status is 301 or 302)
        {
            if (isCut) head.ContentType = exchange.Arena.Copy(type);
            return;
        }
        int typeLength = type.Length;
        head.ContentType = exchange.Arena.Concat(exchange.Arena.Concat(type, "; charset="u8).Span, charset.Span);
        head.MediaTypeLength = typeLength; // gzip_types looks at the type alone
    }
}
