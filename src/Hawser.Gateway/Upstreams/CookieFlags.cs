using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams;

/// <summary>What <c>proxy_cookie_flags</c> can ask of a cookie.</summary>
[Flags]
public enum CookieFlag
{
    None = 0,
    Secure = 1 << 0,
    NoSecure = 1 << 1,
    HttpOnly = 1 << 2,
    NoHttpOnly = 1 << 3,
    SameSiteStrict = 1 << 4,
    SameSiteLax = 1 << 5,
    SameSiteNone = 1 << 6,
    NoSameSite = 1 << 7,
    AnySameSite = SameSiteStrict | SameSiteLax | SameSiteNone,
}

/// <summary>The rules of <c>proxy_cookie_flags</c>: the first whose name or pattern fits a cookie's name.</summary>
public sealed class CookieFlags
{
    private readonly Rule[] _rules;

    private readonly record struct Rule(RegexModel? Pattern, TemplateModel? Name, TemplateModel[] Flags);

    private CookieFlags(Rule[] rules) => _rules = rules;

    public static CookieFlags? From(ProxyCookieFlagsSet set, ModelBuilder builder)
    {
        if (set.IsOff || set.Rules.IsEmpty) return null;
        var rules = new Rule[set.Rules.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            ProxyCookieFlagsConfig config = set.Rules[i];
            TemplateModel[] flags = [.. config.Flags.Select(builder.Compile)];
            rules[i] = new Rule(config.Pattern is null ? null : builder.Compile(config.Pattern), builder.CompileOptional(config.Cookie), flags);
        }
        return new CookieFlags(rules);
    }

    /// <summary>The flags wanted for a cookie; a flag that evaluates to an unknown word is passed over.</summary>
    public CookieFlag Find(HttpExchange exchange, ByteSlice name)
    {
        foreach (ref readonly Rule rule in _rules.AsSpan())
        {
            bool fits = rule.Pattern is { } pattern
                ? pattern.Matches(exchange, name.Span)
                : Ascii.EqualsIgnoreCase(rule.Name!.Evaluate(exchange).Span, name.Span);
            if (!fits) continue;
            CookieFlag flags = CookieFlag.None;
            foreach (TemplateModel flag in rule.Flags) flags |= Parse(flag.Evaluate(exchange).Span);
            return flags;
        }
        return CookieFlag.None;
    }

    private static CookieFlag Parse(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "secure"u8) ? CookieFlag.Secure
        : Ascii.EqualsIgnoreCase(word, "nosecure"u8) ? CookieFlag.NoSecure
        : Ascii.EqualsIgnoreCase(word, "httponly"u8) ? CookieFlag.HttpOnly
        : Ascii.EqualsIgnoreCase(word, "nohttponly"u8) ? CookieFlag.NoHttpOnly
        : Ascii.EqualsIgnoreCase(word, "samesite=strict"u8) ? CookieFlag.SameSiteStrict
        : Ascii.EqualsIgnoreCase(word, "samesite=lax"u8) ? CookieFlag.SameSiteLax
        : Ascii.EqualsIgnoreCase(word, "samesite=none"u8) ? CookieFlag.SameSiteNone
        : Ascii.EqualsIgnoreCase(word, "nosamesite"u8) ? CookieFlag.NoSameSite
        : CookieFlag.None;
}
