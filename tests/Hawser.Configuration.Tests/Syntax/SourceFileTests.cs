using System.Text;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Tests.Syntax;

public sealed class SourceFileTests
{
    private static SourceFile File(string text) => new("/x", Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("ab\ncd", 0, 1, 1)]
    [InlineData("ab\ncd", 2, 1, 3)]
    [InlineData("ab\ncd", 3, 2, 1)]
    [InlineData("ab\ncd\n", 6, 3, 1)]
    [InlineData("", 0, 1, 1)]
    [InlineData("\t\tx", 2, 1, 3)]
    public void Span_AnyOffset_KnowsLineAndColumn(string text, int offset, int line, int column)
    {
        var span = new SourceSpan(File(text), offset, 1);
        Assert.Equal((line, column), (span.Line, span.Column));
    }

    [Fact]
    public void Span_AfterUtf8_CountsCodePoints()
    {
        SourceFile file = File("\u4E2D\u00E9\U0001F600x");
        Assert.Equal(4, new SourceSpan(file, file.Text.IndexOf('x'), 1).Column);
    }

    [Fact]
    public void Line_WithCarriageReturn_IsGivenWithout()
    {
        Assert.Equal("ab", File("ab\r\ncd").GetLineText(1));
        Assert.Equal("cd", File("ab\r\ncd").GetLineText(2));
    }

    [Fact]
    public void Bytes_OfAnyValue_RoundTrip()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        var file = new SourceFile("/x", all);
        Assert.Equal(all, Encoding.Latin1.GetBytes(file.Text));
        Assert.Equal(all, file.Bytes.ToArray());
    }
}
