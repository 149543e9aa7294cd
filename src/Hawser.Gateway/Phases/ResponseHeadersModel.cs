using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary><c>add_header</c>, <c>add_trailer</c> and <c>expires</c>.</summary>
public sealed class ResponseHeadersModel
{
    private readonly AddedField[] _fields;
    private readonly AddedField[] _trailers;
    private readonly ExpiresModel? _expires;
    private readonly bool _upgradesInsecure;

    private readonly record struct AddedField(ByteSlice Name, KnownHeader Known, TemplateModel Value, bool Always);

    private ResponseHeadersModel(AddedField[] fields, AddedField[] trailers, ExpiresModel? expires, bool upgradesInsecure)
    {
        _upgradesInsecure = upgradesInsecure;
        _fields = fields;
        _trailers = trailers;
        _expires = expires;
    }

    public static ResponseHeadersModel From(ConfigScope scope, ModelBuilder builder) =>
        new(Compile(scope.Get(Known.AddHeader), builder), Compile(scope.Get(Known.AddTrailer), builder), ExpiresModel.From(scope, builder),
            scope.Get(Known.WebSocketUpgradeInsecure));

    /// <summary>Adds the fields to the head of the answer, as its status allows.</summary>
    public void Apply(HttpExchange exchange)
    {
        if (_fields.Length == 0 && _trailers.Length == 0 && _expires is null && !_upgradesInsecure) return;
        ResponseHead head = exchange.Response.Head;
        bool isOrdinary = IsOrdinary(head.Status);
        if (isOrdinary) _expires?.Apply(exchange);
        foreach (ref readonly AddedField field in _fields.AsSpan())
        {
            if (isOrdinary || field.Always) Add(head, in field, field.Value.Evaluate(exchange));
        }
        if (_upgradesInsecure) InsecureUpgrade.Apply(exchange);
        head.ExpectsTrailers = WantsTrailers(isOrdinary) && CanHaveTrailers(exchange);
    }

    /// <summary><c>add_trailer</c> is set here, whether or not an answer can have trailers.</summary>
    public bool HasTrailers => _trailers.Length > 0;

    /// <summary>Adds the trailers, which are evaluated at the end of the body.</summary>
    public void AddTrailers(HttpExchange exchange)
    {
        ResponseHead head = exchange.Response.Head;
        if (!head.ExpectsTrailers) return;
        bool isOrdinary = IsOrdinary(head.Status);
        foreach (ref readonly AddedField field in _trailers.AsSpan())
        {
            if (!isOrdinary && !field.Always) continue;
            ByteSlice value = field.Value.Evaluate(exchange);
            if (!value.IsEmpty) head.Trailers.Add(field.Name, value, field.Known);
        }
    }

    private static AddedField[] Compile(ImmutableArray<AddHeaderConfig> configs, ModelBuilder builder)
    {
        var fields = new AddedField[configs.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            ByteSlice name = ByteSlice.FromLatin1(configs[i].Name);
            fields[i] = new AddedField(name, KnownHeaders.Find(name.Span), builder.Compile(configs[i].Value), configs[i].Always);
        }
        return fields;
    }

    private static void Add(ResponseHead head, in AddedField field, ByteSlice value)
    {
        switch (field.Known)
        {
            case KnownHeader.LastModified:
                Replace(head.Headers, in field, value);
                head.LastModified = !value.IsEmpty && HttpDate.TryParse(value.Span, out long time) ? time : -1;
                break;
            case KnownHeader.ETag:
                Replace(head.Headers, in field, value);
                head.ETag = value;
                break;
            default:
                if (!value.IsEmpty) head.Headers.Add(field.Name, value, field.Known);
                break;
        }
    }

    // An empty value takes away what stands there.
    private static void Replace(HeaderList headers, in AddedField field, ByteSlice value)
    {
        headers.RemoveAll(field.Known);
        if (!value.IsEmpty) headers.Add(field.Name, value, field.Known);
    }

    private static bool IsOrdinary(int status) => status is 200 or 201 or 204 or 206 or 301 or 302 or 303 or 304 or 307 or 308;

    private bool WantsTrailers(bool isOrdinary) => _trailers.Length > 0 && (isOrdinary || Array.Exists(_trailers, static t => t.Always));

    private static bool CanHaveTrailers(HttpExchange exchange) =>
        exchange.Version >= 11 && exchange.Location.Core.ChunkedTransferEncoding && exchange.Method != RequestMethod.Head
        && exchange.Response.Head.Status is >= 200 and not (204 or 304);
}
