using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A <c>proxy_pass</c> with variables: the query string is the writer's own business, and names need a resolver.</summary>
internal sealed class Hw105DynamicTarget : Rule
{
    // What brings the query along, or stands for a whole URL that somebody else put together.
    private static readonly string[] s_withQuery = ["args", "is_args", "query_string", "request_uri"];

    public override string Id => "HW105";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            if (!proxied.Pass.IsDynamic || proxied.Pass.Url.IsConstant || context.IsHidden(proxied.PassNode.Span)) continue;
            CheckQuery(sink, proxied);
            CheckResolver(context, sink, proxied);
        }
    }

    private static void CheckQuery(FindingSink sink, ProxiedLocation proxied)
    {
        string url = proxied.Pass.Url.Source;
        int start = url.IndexOf("://", StringComparison.Ordinal);
        int slash = start < 0 ? -1 : url.IndexOf('/', start + 3);
        if (slash < 0 || url.Contains('?')) return;
        foreach (TemplatePart part in proxied.Pass.Url.Parts)
        {
            if (part is VariablePart variable && s_withQuery.Contains(variable.Name)) return;
        }
        // A variable that rewrite or set filled may hold the query already.
        if (proxied.Pass.Url.Parts[^1] is VariablePart { Name: not ("uri" or "document_uri") }) return;
        Argument argument = proxied.PassNode.Arguments[0];
        bool varies = url.IndexOf('$', slash) >= 0;
        Fix? fix = varies ? new Fix(new TextEdit(argument.Span.File.Path, argument.Span.End - (argument.Quoted ? 1 : 0), 0, "$is_args$args")) : null;
        sink.Report(proxied.IsWebSocket ? FindingSeverity.Error : FindingSeverity.Warning, argument.Span, varies ? "" : "fixed", fix,
            TextValue.OfBytes("url", url), TextValue.OfBytes("path", url[slash..]), ("name", ""));
    }

    private static void CheckResolver(DoctorContext context, FindingSink sink, ProxiedLocation proxied)
    {
        if (proxied.Location.Find(Known.Resolver).IsExplicit || context.Syntax.FindInherited(proxied.Block, "resolver") is not null) return;
        if (context.IsUncertain(proxied, "resolver") || context.Inspection.Shape != ConfigurationShape.Main && context.MissingIncludes.Count > 0) return;
        if (HostOf(proxied) is not { Length: > 0 } host || System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _) || host.StartsWith("unix:", StringComparison.Ordinal)) return;
        if (context.Http?.FindUpstream(host) is not null || NamesServerOf(context, host)) return;
        // A file for an include sees neither the resolver nor the groups of the files around it.
        bool alone = context.Inspection.Shape == ConfigurationShape.Main;
        sink.Report(alone && proxied.IsWebSocket ? FindingSeverity.Error : FindingSeverity.Warning, proxied.PassNode.Arguments[0].Span, "resolver", null,
            TextValue.OfBytes("url", proxied.Pass.Url.Source), ("path", ""), TextValue.OfBytes("name", host));
    }

    // An address written in some other proxy_pass is known without a resolver.
    private static bool NamesServerOf(DoctorContext context, string host) => context.Proxied.Any(p => p.Pass.Address is { } a && a.Host.Equals(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>The host, where it is written out in the URL or in the one <c>set</c> of its variable; empty where it is not.</summary>
    private static string HostOf(ProxiedLocation proxied)
    {
        string url = proxied.Pass.Url.Source;
        int start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3) return "";
        int end = url.AsSpan(start).IndexOfAny('/', ':', '?');
        string host = end < 0 ? url[start..] : url.Substring(start, end);
        if (!host.Contains('$')) return host;
        string name = host.Trim('$', '{', '}');
        for (ConfigScope? scope = proxied.Location; scope is not null; scope = scope.Parent)
        {
            if (!scope.HasOwn(Known.Rewrite)) continue;
            foreach (RewriteStep step in scope.Get(Known.Rewrite))
            {
                if (step is SetStep set && set.Variable == name && set.Value.IsConstant) return WithoutPort(set.Value.ConstantValue);
            }
        }
        return "";
    }

    private static string WithoutPort(string authority)
    {
        string rest = authority.Contains("://", StringComparison.Ordinal) ? authority[(authority.IndexOf("://", StringComparison.Ordinal) + 3)..] : authority;
        int end = rest.AsSpan().IndexOfAny('/', ':');
        return end < 0 ? rest : rest[..end];
    }
}
