using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Connection is set twice in one block, or passed through as the client sent it.</summary>
internal sealed class Hw207ConnectionTwice : Rule
{
    public override string Id => "HW207";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            List<ProxyHeaderConfig> all = [.. proxied.Headers.Where(static h => h.Name.Equals("Connection", StringComparison.OrdinalIgnoreCase))];
            if (all.Count > 1 && !all.Any(h => context.IsHidden(h.Span)))
            {
                string sent = string.Join(", ", all.Where(static h => h.Value.Source.Length > 0).Select(static h => h.Value.Source));
                sink.Report(FindingSeverity.Warning, all[1].Span, "", null, TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("value", sent),
                    ("line", all[0].Span.Line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
            if (all.FirstOrDefault(static h => h.Value.Parts is [VariablePart { Name: "http_connection" }]) is not { } passed) continue;
            Fix? fix = ProxyHeaderEdits.ConnectionFor(context, proxied) is { } right && context.Syntax.NodeAt(passed.Span)?.Arguments is [_, var argument]
                ? right.Map is { } map ? new Fix(map, TextEdit.Replace(argument.Span, right.Value)) : new Fix(TextEdit.Replace(argument.Span, right.Value))
                : null;
            sink.Report(FindingSeverity.Hint, passed.Span, "passed", fix, TextValue.OfBytes("location", proxied.Title), ("value", "$http_connection"), ("line", ""));
        }
    }
}
