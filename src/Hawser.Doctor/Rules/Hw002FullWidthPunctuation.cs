using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Punctuation of an input method or a word processor: to nginx it is part of a word.</summary>
internal sealed class Hw002FullWidthPunctuation : Rule
{
    // UTF-8 as a byte string, what it shows as, and what was meant.
    private static readonly (string Bytes, string Shown, string Meant)[] s_marks =
    [
        Mark("\uFF1B", ";"), Mark("\uFF5B", "{"), Mark("\uFF5D", "}"), Mark("\u201C", "\""), Mark("\u201D", "\""), Mark("\u2018", "'"), Mark("\u2019", "'"),
        Mark("\uFF02", "\""), Mark("\uFF08", "("), Mark("\uFF09", ")"), Mark("\uFF1A", ":"), Mark("\uFF0F", "/"), Mark("\uFF04", "$"),
        Mark("\u3000", " "), Mark("\u00A0", " "), Mark("\u200B", ""), Mark("\uFEFF", ""),
    ];

    public override string Id => "HW002";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (DirectiveNode node in context.Syntax.All)
        {
            Look(context, sink, node.NameArgument);
            foreach (Argument argument in node.Arguments) Look(context, sink, argument);
        }
    }

    private static void Look(DoctorContext context, FindingSink sink, Argument word)
    {
        // In quotes it may be meant; the file's own mark at its start is another rule's.
        if (word.Quoted || System.Text.Ascii.IsValid(word.Span.Text)) return;
        var edits = new List<TextEdit>();
        (string Bytes, string Shown, string Meant) first = s_marks[0];
        SourceSpan span = word.Span;
        for (int at = 0; at < span.Length; at++)
        {
            foreach ((string Bytes, string Shown, string Meant) mark in s_marks)
            {
                if (!span.Text[at..].StartsWith(mark.Bytes)) continue;
                if (edits.Count == 0) first = mark;
                edits.Add(TextEdit.Replace(new SourceSpan(span.File, span.Start + at, mark.Bytes.Length), mark.Meant));
                at += mark.Bytes.Length - 1;
                break;
            }
        }
        if (edits.Count == 0 || context.IsHidden(span)) return;
        var place = new SourceSpan(span.File, edits[0].Start, edits[0].Length);
        sink.Report(FindingSeverity.Error, place, "", new Fix(edits.ToArray()), ("mark", first.Shown), ("meant", first.Meant is " " or "" ? "\u2423" : first.Meant),
            TextValue.OfBytes("word", FirstLine(word.Value)));
    }

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        string line = end < 0 ? text : text[..end];
        return line.Length <= 60 ? line : line[..60];
    }

    private static (string, string, string) Mark(string shown, string meant) => (ByteText.FromText(shown), shown, meant);
}
