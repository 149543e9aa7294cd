using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams;

/// <summary>Rewrites the Set-Cookie fields of an upstream: domain, path and flags. A cookie that no rule is about passes through to the byte.</summary>
public sealed class CookieRewriter
{
    private static readonly ByteSlice s_secure = ByteSlice.FromLatin1("Secure");
    private static readonly ByteSlice s_httpOnly = ByteSlice.FromLatin1("HttpOnly");
    private static readonly ByteSlice s_sameSite = ByteSlice.FromLatin1("SameSite");
    private static readonly ByteSlice s_strict = ByteSlice.FromLatin1("Strict");
    private static readonly ByteSlice s_lax = ByteSlice.FromLatin1("Lax");
    private static readonly ByteSlice s_none = ByteSlice.FromLatin1("None");

    private readonly ProxyRewriteRules? _domains;
    private readonly ProxyRewriteRules? _paths;
    private readonly CookieFlags? _flags;

    /// <summary>One <c>name=value</c> or bare <c>name</c>; the first is the cookie itself.</summary>
    private record struct Attribute(ByteSlice Name, ByteSlice Value, bool HasValue, bool IsRemoved);

    private CookieRewriter(ProxyRewriteRules? domains, ProxyRewriteRules? paths, CookieFlags? flags)
    {
        _domains = domains;
        _paths = paths;
        _flags = flags;
    }

    public static CookieRewriter? From(LocationConfig config, ModelBuilder builder)
    {
        var domains = ProxyRewriteRules.ForCookies(config.Get(Known.ProxyCookieDomain), areDomains: true, builder);
        var paths = ProxyRewriteRules.ForCookies(config.Get(Known.ProxyCookiePath), areDomains: false, builder);
        var flags = CookieFlags.From(config.Get(Known.ProxyCookieFlags), builder);
        return domains is null && paths is null && flags is null ? null : new CookieRewriter(domains, paths, flags);
    }

    /// <summary>The field's value for the client.</summary>
    public ByteSlice Apply(HttpExchange exchange, ByteSlice cookie)
    {
        List<Attribute> attributes = Split(cookie);
        if (!attributes[0].HasValue) return cookie; // no cookie: nothing is known about it
        bool isChanged = RewriteValues(exchange, attributes);
        if (_flags?.Find(exchange, attributes[0].Name) is { } flags and not CookieFlag.None)
        {
            SetFlags(attributes, flags);
            isChanged = true;
        }
        return isChanged ? Join(exchange.Arena, attributes) : cookie;
    }

    private bool RewriteValues(HttpExchange exchange, List<Attribute> attributes)
    {
        bool isChanged = false;
        for (int i = 1; i < attributes.Count; i++)
        {
            Attribute attribute = attributes[i];
            if (!attribute.HasValue) continue;
            ProxyRewriteRules? rules = Is(attribute, "domain"u8) ? _domains : Is(attribute, "path"u8) ? _paths : null;
            if (rules?.Apply(exchange, attribute.Value, 0) is not { } value) continue;
            attributes[i] = attribute with { Value = value };
            isChanged = true;
        }
        return isChanged;
    }

    /// <summary>Flags that are there stay where they are; missing ones are added at the end.</summary>
    private static void SetFlags(List<Attribute> attributes, CookieFlag flags)
    {
        ByteSlice site = SameSite(flags);
        for (int i = 1; i < attributes.Count; i++)
        {
            Attribute attribute = attributes[i];
            if (Is(attribute, "secure"u8))
            {
                attributes[i] = attribute with { IsRemoved = (flags & (CookieFlag.Secure | CookieFlag.NoSecure)) == CookieFlag.NoSecure };
                flags &= ~CookieFlag.Secure;
            }
            else if (Is(attribute, "httponly"u8))
            {
                attributes[i] = attribute with { IsRemoved = (flags & (CookieFlag.HttpOnly | CookieFlag.NoHttpOnly)) == CookieFlag.NoHttpOnly };
                flags &= ~CookieFlag.HttpOnly;
            }
            else if (Is(attribute, "samesite"u8))
            {
                if (site.IsEmpty) attributes[i] = attribute with { IsRemoved = (flags & CookieFlag.NoSameSite) != 0 };
                else if (!Ascii.EqualsIgnoreCase(attribute.Value.Span, site.Span)) attributes[i] = new Attribute(s_sameSite, site, true, false);
                flags &= ~CookieFlag.AnySameSite;
            }
        }
        if ((flags & CookieFlag.Secure) != 0) attributes.Add(new Attribute(s_secure, default, false, false));
        if ((flags & CookieFlag.HttpOnly) != 0) attributes.Add(new Attribute(s_httpOnly, default, false, false));
        if ((flags & CookieFlag.AnySameSite) != 0) attributes.Add(new Attribute(s_sameSite, site, true, false));
    }

    private static ByteSlice SameSite(CookieFlag flags) =>
        (flags & CookieFlag.SameSiteStrict) != 0 ? s_strict
        : (flags & CookieFlag.SameSiteLax) != 0 ? s_lax
        : (flags & CookieFlag.SameSiteNone) != 0 ? s_none
        : default;

    private static bool Is(in Attribute attribute, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(attribute.Name.Span, name);

    private static List<Attribute> Split(ByteSlice cookie)
    {
        var attributes = new List<Attribute>();
        while (true)
        {
            int end = cookie.Span.IndexOf((byte)';');
            ByteSlice part = end < 0 ? cookie : cookie.Slice(0, end);
            int equals = part.Span.IndexOf((byte)'=');
            attributes.Add(equals < 0
                ? new Attribute(Trim(part), default, false, false)
                : new Attribute(Trim(part.Slice(0, equals)), Trim(part.Slice(equals + 1)), true, false));
            if (end < 0) return attributes;
            cookie = cookie.Slice(end + 1);
        }
    }

    private static ByteSlice Trim(ByteSlice text)
    {
        int start = text.Span.IndexOfAnyExcept((byte)' ');
        return start < 0 ? default : text.Slice(start, text.Span.LastIndexOfAnyExcept((byte)' ') + 1 - start);
    }

    private static ByteSlice Join(Arena arena, List<Attribute> attributes)
    {
        int bound = 0;
        foreach (Attribute attribute in attributes) bound += attribute.Name.Length + attribute.Value.Length + 3;
        Span<byte> room = arena.Allocate(bound, out ByteSlice result);
        int length = 0;
        for (int i = 0; i < attributes.Count; i++)
        {
            Attribute attribute = attributes[i];
            if (attribute.IsRemoved) continue;
            if (i > 0) Put(room, ref length, "; "u8);
            Put(room, ref length, attribute.Name.Span);
            if (!attribute.HasValue) continue;
            Put(room, ref length, "="u8);
            Put(room, ref length, attribute.Value.Span);
        }
        return result.Slice(0, length);
    }

    private static void Put(Span<byte> room, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(room[length..]);
        length += bytes.Length;
    }
}
