using System.Text;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Tests.Diagnostics;

public sealed class DiagnosticRendererTests
{
    [Fact]
    public void Render_WithoutASpan_IsTheHeadline()
    {
        Assert.Equal("[emerg] a\n", DiagnosticRenderer.Render(new Diagnostic(Severity.Emergency, "a")));
        Assert.Equal("[warn] a\n    b\n", DiagnosticRenderer.Render(new Diagnostic(Severity.Warning, "a", null, "b")));
    }

    [Fact]
    public void Render_WideCharactersBefore_UnderlinesByCells()
    {
        string text = Render("\u4E2D\u6587 foo;", "foo");
        Assert.Equal("     1 | \u4E2D\u6587 foo;\n       |      ^^^\n", After(text));
    }

    [Fact]
    public void Render_CombiningMarksBefore_TakeNoCell()
    {
        string text = Render("e\u0301 foo;", "foo");
        Assert.Equal("     1 | e\u0301 foo;\n       |   ^^^\n", After(text));
    }

    [Fact]
    public void Render_ControlCharacters_DoNotReachTheTerminal()
    {
        string text = Render("a\u001b[31m foo;", "foo");
        Assert.DoesNotContain('\u001b', text);
        Assert.Equal("     1 | a?[31m foo;\n       |        ^^^\n", After(text));
    }

    [Fact]
    public void Render_SpanOverSeveralLines_UnderlinesTheFirst()
    {
        string text = Render("foo\n  bar;", "foo\n  bar");
        Assert.Equal("     1 | foo\n       | ^^^\n", After(text));
    }

    [Fact]
    public void Render_VeryLongLine_ShowsAWindow()
    {
        string text = Render(new string('x', 5000) + " foo; " + new string('y', 5000), "foo");
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 150));
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(lines[^2].IndexOf("foo", StringComparison.Ordinal), lines[^1].IndexOf('^'));
    }

    [Fact]
    public void Render_VeryLongSpan_IsCut()
    {
        string text = Render(new string('x', 5000), new string('x', 5000));
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 150));
    }

    private static string Render(string source, string marked)
    {
        var file = new SourceFile("/f", Encoding.UTF8.GetBytes(source));
        string bytes = ByteText.FromText(marked);
        var span = new SourceSpan(file, file.Text.IndexOf(bytes, StringComparison.Ordinal), bytes.Length);
        return DiagnosticRenderer.Render(new Diagnostic(Severity.Emergency, "m", span) { Place = new ReportedPlace(file, 1) });
    }

    /// <summary>Without the headline and the place.</summary>
    private static string After(string rendered) => rendered[(rendered.IndexOf('\n', rendered.IndexOf('\n') + 1) + 1)..];
}
