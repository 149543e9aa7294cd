using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>The <c>map</c> for Connection is misspelt, unused, or gives a handshake the wrong value.</summary>
internal sealed class Hw205MapVariable : Rule
{
    // Fields that these variables read exist; anything near them is a slip.
    private static readonly string[] s_meant = ["http_upgrade", "http_connection"];

    public override string Id => "HW205";

    /// <summary>Whether a value reads <c>$http_upgade</c> or the like, which is always empty.</summary>
    public static bool IsMisspelt(Template template) => template.Parts.Any(static p => p is VariablePart variable && Meant(variable.Name) is not null);

    /// <summary>The map whose variable is the whole of a value; null for other values.</summary>
    public static MapConfig? MapOf(DoctorContext context, Template template) =>
        template.Parts is [VariablePart variable] ? context.Http?.Maps.LastOrDefault(m => m.Variable == variable.Name) : null;

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Http is not { } http) return;
        CheckSpelling(context, sink);
        CheckUndeclared(context, sink);
        foreach (MapConfig map in http.Maps)
        {
            if (!context.IsHidden(map.Span) && map.Source.Parts is [VariablePart { Name: "http_upgrade" }]) CheckMap(context, sink, map);
        }
    }

    private static void CheckSpelling(DoctorContext context, FindingSink sink)
    {
        foreach (DirectiveNode node in context.Syntax.All)
        {
            if (node.Name is not ("map" or "proxy_set_header" or "if" or "set")) continue;
            foreach (Argument argument in node.Arguments)
            {
                if (!argument.Value.Contains("$http_", StringComparison.Ordinal)) continue;
                foreach (TemplatePart part in TemplateParser.Parse(argument.Value, TemplateOptions.None, out _).Parts)
                {
                    if (part is not VariablePart variable || Meant(variable.Name) is not { } meant) continue;
                    int at = argument.Span.Text.IndexOf(variable.Name, StringComparison.OrdinalIgnoreCase);
                    Fix? fix = at < 0 ? null : new Fix(TextEdit.Replace(argument.Span with { Start = argument.Span.Start + at, Length = variable.Name.Length }, meant));
                    sink.Report(FindingSeverity.Error, argument.Span, "misspelt", fix, TextValue.OfBytes("variable", "$" + variable.Name), ("meant", "$" + meant), ("value", ""));
                }
            }
        }
    }

    private static void CheckUndeclared(DoctorContext context, FindingSink sink)
    {
        foreach (Diagnostic diagnostic in context.Inspection.Diagnostics)
        {
            if (!diagnostic.IsUnknownVariable() || diagnostic.Span is not { } span || context.IsHidden(span)) continue;
            string name = diagnostic.Message.Split('"')[1];
            bool concernsHandshake = context.Proxied.Any(p => p.Headers.Any(h => h.Span.File == span.File && h.Span.Start <= span.Start && span.Start < h.Span.End
                && (h.Name.Equals("Connection", StringComparison.OrdinalIgnoreCase) || h.Name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase))));
            if (!concernsHandshake) continue;
            string? near = Spelling.Suggest(name, context.Http!.DeclaredVariables);
            if (near is null && (context.Inspection.Shape != ConfigurationShape.Main || context.MissingIncludes.Count > 0))
            {
                sink.ReportUnknown(span, "elsewhere", ("variable", "$" + name), ("meant", ""), ("value", ""));
                continue;
            }
            int at = span.Text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            Fix? fix = near is null || at < 0 ? null : new Fix(TextEdit.Replace(span with { Start = span.Start + at, Length = name.Length }, near));
            sink.Report(FindingSeverity.Error, span, near is null ? "undeclared" : "near", fix, ("variable", "$" + name), ("meant", "$" + (near ?? "connection_upgrade")), ("value", ""));
        }
    }

    private static void CheckMap(DoctorContext context, FindingSink sink, MapConfig map)
    {
        string name = "$" + map.Variable;
        Template template = TemplateParser.Parse(name, TemplateOptions.None, out _);
        bool used = context.Syntax.All.Any(n => n.Name is not "map" && n.Arguments.Any(a => Uses(a.Value, map.Variable)));
        ConfigScope scope = context.Http!.Servers.IsEmpty ? context.Http : context.Http.Servers[0];
        if (!used)
        {
            bool literal = context.WebSocketLocations.Any(static p => p.Header("Connection") is { Value: { IsConstant: true, Source.Length: > 0 } });
            if (literal && context.MissingIncludes.Count == 0) sink.Report(FindingSeverity.Hint, map.Span, "unused", null, ("variable", name), ("meant", ""), ("value", ""));
            return;
        }
        bool forConnection = context.Proxied.Any(p => p.Header("Connection") is { } c && Uses(c.Value.Source, map.Variable));
        if (!forConnection || scope is not ServerConfig) return;
        if (context.Router.ValueFor(scope, template, handshake: true) is { } value && !value.Contains("upgrade", StringComparison.OrdinalIgnoreCase))
            sink.Report(FindingSeverity.Error, map.Span, "handshake", null, ("variable", name), ("meant", ""), TextValue.OfBytes("value", value));
        else if (KeepsConnections(context, map) && context.Router.ValueFor(scope, template, handshake: false) is "close")
            sink.Report(FindingSeverity.Hint, PlaceOfClose(map), "close", FixForClose(context, map), ("variable", name), ("meant", ""), ("value", "close"));
    }

    private static SourceSpan PlaceOfClose(MapConfig map) =>
        map.Entries.FirstOrDefault(static e => e.Key.Length == 0 && e.Value.Source == "close")?.Span ?? map.Span;

    private static Fix? FixForClose(DoctorContext context, MapConfig map)
    {
        SourceSpan place = PlaceOfClose(map);
        return place != map.Span && context.Syntax.NodeAt(place)?.Arguments is [var value] ? new Fix(TextEdit.Replace(value.Span, "''")) : null;
    }

    private static bool KeepsConnections(DoctorContext context, MapConfig map) => context.Proxied.Any(p =>
        p.Header("Connection") is { } connection && Uses(connection.Value.Source, map.Variable) && p.Pass.Address is { } address
        && context.Http!.FindUpstream(address.Host) is { } group && group.HasOwn(Known.UpstreamKeepAlive));

    private static bool Uses(string value, string variable) => TemplateParser.Parse(value, TemplateOptions.None, out _).Parts.Any(p => p is VariablePart part && part.Name == variable);

    private static string? Meant(string name)
    {
        if (!name.StartsWith("http_", StringComparison.Ordinal) && !name.StartsWith("htp_", StringComparison.Ordinal)) return null;
        foreach (string meant in s_meant)
        {
            if (name != meant && Spelling.Distance(name, meant) <= 2) return meant;
        }
        return null;
    }
}
