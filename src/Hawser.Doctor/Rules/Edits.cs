using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Rules;

/// <summary>Changes of a text that keep its look: indentation and line ends as in the lines around.</summary>
internal static class Edits
{
    /// <summary>A new line below a directive, with its indentation.</summary>
    public static TextEdit AddBelow(DirectiveNode node, string line)
    {
        SourceFile file = node.Span.File;
        int end = node.Span.End;
        int lineEnd = file.Text.IndexOf('\n', end);
        if (lineEnd < 0) lineEnd = file.Text.Length;
        ReadOnlySpan<char> rest = file.Text.AsSpan(end, lineEnd - end).Trim();
        // What follows in the same line stays behind the directive, if it is a comment.
        int at = rest.IsEmpty || rest[0] == '#' ? lineEnd : end;
        if (at > end && file.Text[at - 1] == '\r') at--;
        string newLine = file.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return TextEdit.Insert(file, at, newLine + IndentOf(node) + line);
    }

    /// <summary>New lines at the start of a block.</summary>
    public static TextEdit AddAtStart(DirectiveNode block, params ReadOnlySpan<string> lines)
    {
        string indent = block.Children is [var first, ..] && first.Span.Line != block.Span.Line ? IndentOf(first) : IndentOf(block) + "    ";
        string text = "";
        foreach (string line in lines) text += "\n" + (line.Length == 0 ? "" : indent + line);
        return TextEdit.Insert(block.Span.File, block.Span.End, text);
    }

    /// <summary>The white space in front of a directive's line.</summary>
    public static string IndentOf(DirectiveNode node)
    {
        SourceFile file = node.Span.File;
        int start = file.GetLineStart(node.Span.Line);
        int end = start;
        while (end < node.Span.Start && file.Text[end] is ' ' or '\t') end++;
        return file.Text[start..end];
    }

    /// <summary>Another value for a directive of one argument.</summary>
    public static TextEdit SetValue(DirectiveNode node, string value) => TextEdit.Replace(node.Arguments[0].Span.To(node.Arguments[^1].Span), value);
}
