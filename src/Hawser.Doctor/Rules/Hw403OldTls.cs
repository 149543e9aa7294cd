using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Versions of TLS that browsers gave up (RFC 8996), or that do not exist.</summary>
internal sealed class Hw403OldTls : Rule
{
    private static readonly string[] s_old = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1"];
    private static readonly string[] s_good = ["TLSv1.2", "TLSv1.3"];

    public override string Id => "HW403";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (DirectiveNode node in context.Syntax.All)
        {
            if (node.Name != "ssl_protocols" || node.Arguments.IsEmpty || context.IsHidden(node.Span)) continue;
            List<string> old = [.. node.Arguments.Select(static a => a.Value).Where(s_old.Contains)];
            List<string> odd = [.. node.Arguments.Select(static a => a.Value).Where(static a => !s_old.Contains(a) && !s_good.Contains(a) && System.Text.Ascii.IsValid(a))];
            var fix = new Fix(Edits.SetValue(node, "TLSv1.2 TLSv1.3"));
            if (odd.Count > 0) sink.Report(FindingSeverity.Error, node.Span, "odd", fix, TextValue.OfBytes("versions", string.Join(", ", odd)));
            else if (old.Count > 0) sink.Report(FindingSeverity.Warning, node.Span, "", fix, TextValue.OfBytes("versions", string.Join(", ", old)));
        }
    }
}
