using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary><c>expires</c>: the fields Expires and Cache-Control.</summary>
internal sealed class ExpiresModel
{
    private const long SecondsPerDay = 24 * 60 * 60;
    private const int LongestValue = 64;

    private static readonly ByteSlice s_expires = ByteSlice.FromLatin1("Expires");
    private static readonly ByteSlice s_cacheControl = ByteSlice.FromLatin1("Cache-Control");
    private static readonly ByteSlice s_epoch = ByteSlice.FromLatin1("Thu, 01 Jan 1970 00:00:01 GMT");
    private static readonly ByteSlice s_max = ByteSlice.FromLatin1("Thu, 31 Dec 2037 23:55:55 GMT");
    private static readonly ByteSlice s_noCache = ByteSlice.FromLatin1("no-cache");
    private static readonly ByteSlice s_tenYears = ByteSlice.FromLatin1("max-age=315360000");

    private readonly Rule _rule;
    private readonly TemplateModel? _value;

    private readonly record struct Rule(ExpiresKind Kind, long Seconds);

    private ExpiresModel(Rule rule, TemplateModel? value)
    {
        _rule = rule;
        _value = value;
    }

    /// <summary>Null where nothing is sent.</summary>
    public static ExpiresModel? From(ConfigScope scope, ModelBuilder builder)
    {
        ExpiresConfig config = scope.Get(Known.Expires);
        if (config.Kind == ExpiresKind.Off && config.Template is null) return null;
        return new ExpiresModel(new Rule(config.Kind, (long)config.Time.TotalSeconds), builder.CompileOptional(config.Template));
    }

    public void Apply(HttpExchange exchange)
    {
        Rule rule = _rule;
        if (_value is not null && !TryRead(_value.Evaluate(exchange).Span, rule.Kind == ExpiresKind.Modified, out rule)) return;
        switch (rule.Kind)
        {
            case ExpiresKind.Off:
                return;
            case ExpiresKind.Epoch:
                Set(exchange.Response.Head.Headers, s_epoch, s_noCache);
                return;
            case ExpiresKind.Max:
                Set(exchange.Response.Head.Headers, s_max, s_tenYears);
                return;
            default:
                ApplyTime(exchange, rule);
                return;
        }
    }

    private void ApplyTime(HttpExchange exchange, Rule rule)
    {
        EventLoop loop = exchange.Worker.Loop;
        ResponseHead head = exchange.Response.Head;
        long now = loop.UnixMilliseconds / 1000;
        long expires = rule.Kind switch
        {
            ExpiresKind.Daily => NextTimeOfDay(now, rule.Seconds, loop.UtcOffsetMinutes * 60L),
            ExpiresKind.Modified when head.LastModified >= 0 && rule.Seconds != 0 => head.LastModified + rule.Seconds,
            _ => now + rule.Seconds,
        };
        Span<byte> room = exchange.Arena.Allocate(HttpDate.Length, out ByteSlice date);
        HttpDate.Format(room, expires);
        // nginx asks the value as configured, not the evaluated one, whether it is negative.
        bool noCache = _rule.Seconds < 0 || expires < now;
        Set(head.Headers, date, noCache ? s_noCache : exchange.Arena.Concat("max-age="u8, exchange.Arena.Format(expires - now).Span));
    }

    // The next moment, later than now, at which clocks show that time.
    private static long NextTimeOfDay(long now, long timeOfDay, long utcOffset)
    {
        long local = now + utcOffset;
        long next = local - local % SecondsPerDay + timeOfDay;
        return (next > local ? next : next + SecondsPerDay) - utcOffset;
    }

    // A value that is none is ignored, as by nginx: it comes from a variable, which may be empty.
    private static bool TryRead(ReadOnlySpan<byte> value, bool isModified, out Rule rule)
    {
        rule = default;
        if (value.Length > LongestValue) return false;
        Span<char> text = stackalloc char[value.Length];
        Encoding.Latin1.GetChars(value, text);
        if (!isModified && KeywordOf(text) is { } keyword)
        {
            rule = new Rule(keyword, 0);
            return true;
        }
        char sign = text.Length > 0 ? text[0] : '\0';
        bool isDaily = sign == '@';
        if ((isDaily && isModified) || ValueParser.Seconds(sign is '@' or '+' or '-' ? text[1..] : text) is not { } time) return false;
        long seconds = (long)time.TotalSeconds;
        if (isDaily && seconds > SecondsPerDay) return false;
        ExpiresKind kind = isDaily ? ExpiresKind.Daily : isModified ? ExpiresKind.Modified : ExpiresKind.Access;
        rule = new Rule(kind, sign == '-' ? -seconds : seconds);
        return true;
    }

    private static ExpiresKind? KeywordOf(ReadOnlySpan<char> text) => text switch
    {
        "epoch" => ExpiresKind.Epoch,
        "max" => ExpiresKind.Max,
        "off" => ExpiresKind.Off,
        _ => null,
    };

    // Both fields exist once afterwards, where the first of them stood.
    private static void Set(HeaderList headers, ByteSlice expires, ByteSlice cacheControl)
    {
        Set(headers, s_expires, KnownHeader.Expires, expires);
        Set(headers, s_cacheControl, KnownHeader.CacheControl, cacheControl);
    }

    private static void Set(HeaderList headers, ByteSlice name, KnownHeader known, ByteSlice value)
    {
        bool found = false;
        for (int i = 0; i < headers.Count; i++)
        {
            if (headers.Fields[i].Known != known) continue;
            if (!found) headers.SetValue(i, value);
            else headers.RemoveAt(i--);
            found = true;
        }
        if (!found) headers.Add(name, value, known);
    }
}
