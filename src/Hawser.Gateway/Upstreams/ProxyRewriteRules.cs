using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams;

/// <summary><c>proxy_redirect</c>, <c>proxy_cookie_path</c>, <c>proxy_cookie_domain</c>: the first rule that fits rewrites a value.</summary>
public sealed class ProxyRewriteRules
{
    private readonly Rule[] _rules;
    private readonly bool _areDomains;

    /// <summary>Either a pattern, which replaces all of a value, or a text at its start.</summary>
    private readonly record struct Rule(RegexModel? Pattern, TemplateModel? Text, TemplateModel Replacement);

    private ProxyRewriteRules(Rule[] rules, bool areDomains)
    {
        _rules = rules;
        _areDomains = areDomains;
    }

    /// <summary>Rules for Location and Refresh, with nginx's default where nothing else is said.</summary>
    public static ProxyRewriteRules? ForRedirects(LocationConfig location, ProxyPassConfig pass, ModelBuilder builder)
    {
        ProxyRewriteSet set = location.Get(Known.ProxyRedirect);
        if (set.IsOff) return null;
        var rules = new List<Rule>();
        Rule? usual = Default(location, pass);
        foreach (ProxyRewriteConfig rule in set.Rules)
        {
            if (!rule.IsDefault) rules.Add(Compile(rule, builder));
            else if (usual is { } known) rules.Add(known);
        }
        if (set.Rules.IsEmpty && usual is { } implied) rules.Add(implied);
        return rules.Count == 0 ? null : new ProxyRewriteRules([.. rules], areDomains: false);
    }

    /// <summary>Rules for an attribute of cookies; null without any.</summary>
    /// <param name="areDomains">Texts match a whole domain in any case, with or without a dot in front; otherwise the start of a path.</param>
    public static ProxyRewriteRules? ForCookies(ProxyRewriteSet set, bool areDomains, ModelBuilder builder)
    {
        if (set.IsOff || set.Rules.IsEmpty) return null;
        var rules = new Rule[set.Rules.Length];
        for (int i = 0; i < rules.Length; i++) rules[i] = Compile(set.Rules[i], builder);
        return new ProxyRewriteRules(rules, areDomains);
    }

    /// <summary>The value with everything from <paramref name="start"/> on rewritten; null when no rule fits.</summary>
    public ByteSlice? Apply(HttpExchange exchange, ByteSlice value, int start)
    {
        foreach (ref readonly Rule rule in _rules.AsSpan())
        {
            if (Apply(exchange, value, start, in rule) is { } rewritten) return rewritten;
        }
        return null;
    }

    private ByteSlice? Apply(HttpExchange exchange, ByteSlice value, int start, in Rule rule)
    {
        ByteSlice subject = value.Slice(start);
        if (rule.Pattern is { } pattern)
        {
            return pattern.Matches(exchange, subject.Span) ? Join(exchange, value.Slice(0, start), rule.Replacement.Evaluate(exchange), default) : null;
        }
        ByteSlice text = rule.Text!.Evaluate(exchange);
        if (!_areDomains)
        {
            if (!subject.Span.StartsWith(text.Span)) return null;
            return Join(exchange, value.Slice(0, start), rule.Replacement.Evaluate(exchange), subject.Slice(text.Length));
        }
        if (subject.Length > 0 && subject[0] == '.') subject = value.Slice(++start);
        if (!Ascii.EqualsIgnoreCase(subject.Span, text.Span)) return null;
        return Join(exchange, value.Slice(0, start), rule.Replacement.Evaluate(exchange), default);
    }

    private static Rule Compile(ProxyRewriteConfig rule, ModelBuilder builder) => new(
        rule.Pattern is null ? null : builder.Compile(rule.Pattern), builder.CompileOptional(rule.Prefix), builder.Compile(rule.Replacement));

    private static ByteSlice Join(HttpExchange exchange, ByteSlice first, ByteSlice second, ByteSlice third)
    {
        Span<byte> room = exchange.Arena.Allocate(first.Length + second.Length + third.Length, out ByteSlice result);
        first.Span.CopyTo(room);
        second.Span.CopyTo(room[first.Length..]);
        third.Span.CopyTo(room[(first.Length + second.Length)..]);
        return result;
    }

    /// <summary>From the URL of the <c>proxy_pass</c> to the location; there is none for a URL with variables.</summary>
    private static Rule? Default(LocationConfig location, ProxyPassConfig pass)
    {
        if (pass.IsDynamic) return null;
        string url = pass.Url.ConstantValue;
        bool hasUri = pass.Uri.Length > 0;
        LocationConfig outer = location;
        while (outer.IsNameless && outer.Parent is LocationConfig parent) outer = parent;
        return new Rule(null, Constant(hasUri ? url : url + "/"), Constant(hasUri ? outer.Pattern : "/"));
    }

    private static TemplateModel Constant(string text) => new TemplateModel.Builder().Literal(ByteSlice.FromLatin1(text)).Build();
}
