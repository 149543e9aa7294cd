using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams;

/// <summary><c>proxy_redirect</c>: the first rule that fits rewrites a Location or Refresh.</summary>
public sealed class ProxyRewriteRules
{
    private readonly Rule[] _rules;

    private readonly record struct Rule(RegexModel? Pattern, TemplateModel? Prefix, TemplateModel Replacement);

    private ProxyRewriteRules(Rule[] rules) => _rules = rules;

    public static ProxyRewriteRules? From(LocationConfig location, ProxyPassConfig pass, ModelBuilder builder)
    {
        ProxyRewriteSet set = location.Get(Known.ProxyRedirect);
        if (set.IsOff) return null;
        var rules = new List<Rule>();
        foreach (ProxyRewriteConfig rule in set.Rules)
        {
            if (rule.IsDefault)
            {
                if (Default(location, pass) is { } usual) rules.Add(usual);
            }
            else rules.Add(new Rule(rule.Pattern is null ? null : builder.Compile(rule.Pattern), builder.CompileOptional(rule.Prefix), builder.Compile(rule.Replacement)));
        }
        if (set.Rules.IsEmpty && Default(location, pass) is { } implied) rules.Add(implied);
        return rules.Count == 0 ? null : new ProxyRewriteRules([.. rules]);
    }

    /// <summary>The value with everything from <paramref name="start"/> on rewritten; null when no rule fits.</summary>
    public ByteSlice? Apply(HttpExchange exchange, ByteSlice value, int start)
    {
        foreach (ref readonly Rule rule in _rules.AsSpan())
        {
            ByteSlice subject = value.Slice(start);
            if (rule.Pattern is { } pattern)
            {
                if (!pattern.Matches(exchange, subject.Span)) continue;
                return Join(exchange, value.Slice(0, start), rule.Replacement.Evaluate(exchange), default);
            }
            ByteSlice prefix = rule.Prefix!.Evaluate(exchange);
            if (!subject.Span.StartsWith(prefix.Span)) continue;
            return Join(exchange, value.Slice(0, start), rule.Replacement.Evaluate(exchange), subject.Slice(prefix.Length));
        }
        return null;
    }

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
