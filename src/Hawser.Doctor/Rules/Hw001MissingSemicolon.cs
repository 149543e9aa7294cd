using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A missing <c>;</c>: the directive swallows the next line. nginx complains only where the number of words tells it.</summary>
internal sealed class Hw001MissingSemicolon : Rule
{
    public override string Id => "HW001";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (DirectiveNode node in context.Syntax.All)
        {
            Argument previous = node.NameArgument;
            foreach (Argument argument in node.Arguments)
            {
                if (!argument.Quoted && !previous.Span.Equals(argument.Span) && StartsLine(argument) && argument.Span.Line > previous.Span.Line
                    && IsDirective(context, node, argument))
                {
                    Report(context, sink, node, previous, argument);
                    break;
                }
                previous = argument;
            }
        }
        ReportEnds(context, sink);
    }

    private static void Report(DoctorContext context, FindingSink sink, DirectiveNode node, Argument previous, Argument swallowed)
    {
        bool refused = context.Inspection.Diagnostics.Any(d => d.Severity == Severity.Emergency && d.Place is { } place
            && place.File == node.Span.File && place.Line == node.ReportLine);
        sink.Report(
            refused ? FindingSeverity.Error : FindingSeverity.Warning, previous.Span, refused ? "" : "silent",
            new Fix(TextEdit.Insert(node.Span.File, previous.Span.End, ";")),
            TextValue.OfBytes("directive", node.Name), TextValue.OfBytes("swallowed", swallowed.Value),
            ("line", swallowed.Span.Line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    // The last directive of a block: the brace follows where the semicolon should stand.
    private static void ReportEnds(DoctorContext context, FindingSink sink)
    {
        foreach (Diagnostic diagnostic in context.Inspection.Diagnostics)
        {
            if (!diagnostic.IsMissingSemicolon() || !diagnostic.Message.StartsWith("unexpected \"}\"", StringComparison.Ordinal) || diagnostic.Span is not { } brace) continue;
            int end = brace.File.Text.AsSpan(0, brace.Start).TrimEnd(" \t\r\n").Length;
            int line = brace.File.GetLine(Math.Max(0, end - 1));
            int start = brace.File.GetLineStart(line);
            while (start < end && brace.File.Text[start] is ' ' or '\t') start++;
            var span = new SourceSpan(brace.File, start, end - start);
            // A full-width semicolon is another rule's.
            if (!System.Text.Ascii.IsValid(span.Text) || context.IsHidden(span) || context.IsControlled(brace.File)) continue;
            sink.Report(FindingSeverity.Error, span, "end", new Fix(TextEdit.Insert(brace.File, end, ";")), TextValue.OfBytes("text", span.Text.ToString()));
        }
    }

    private static bool StartsLine(Argument argument)
    {
        SourceFile file = argument.Span.File;
        int start = file.GetLineStart(argument.Span.Line);
        return file.Text.AsSpan(start, argument.Span.Start - start).Trim().IsEmpty;
    }

    // What stands in many lines on purpose: lists of values that happen to be names of directives too.
    private static bool IsDirective(DoctorContext context, DirectiveNode node, Argument argument)
    {
        // A full-width mark is another rule's.
        if (!System.Text.Ascii.IsValid(node.Span.File.Text.AsSpan(node.Span.Start, argument.Span.Start - node.Span.Start))) return false;
        if (context.IsHidden(argument.Span) || node.Name is "log_format" or "gzip_types" or "map" or "proxy_next_upstream") return false;
        return DirectiveTable.Find(argument.Value).Count > 0 || DirectiveTable.IsNginx(argument.Value);
    }
}
