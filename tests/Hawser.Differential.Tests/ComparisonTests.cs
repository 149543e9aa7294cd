using Xunit;

namespace Hawser.Differential.Tests;

/// <summary>The judge must be able to say no.</summary>
public sealed class ComparisonTests
{
    [Fact]
    public void Comparison_SameOnBoth_HasNoComplaints()
    {
        Assert.Empty(Compare("", ["a", "b"], ["a", "b"]).Complaints);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "A")]
    [InlineData("a", "a ")]
    public void Comparison_LineDiffers_Complains(string left, string right)
    {
        Assert.Equal(["[client received] differs"], Compare("", [left], [right]).Complaints);
    }

    [Fact]
    public void Comparison_OrderOfHeadersDiffers_Complains()
    {
        Assert.NotEmpty(Compare("", ["A: 1", "B: 2"], ["B: 2", "A: 1"]).Complaints);
    }

    [Fact]
    public void Comparison_ExpectedDifferenceIsThere_HasNoComplaints()
    {
        Assert.Empty(Compare("expect-difference client: because", ["a"], ["b"]).Complaints);
    }

    [Fact]
    public void Comparison_ExpectedDifferenceIsGone_Complains()
    {
        Assert.Contains("because", Assert.Single(Compare("expect-difference client: because", ["a"], ["a"]).Complaints), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("both: a", "nginx lacks: a", "hawser lacks: a")]
    [InlineData("nginx: a", "nginx lacks: a")]
    [InlineData("hawser: a", "hawser lacks: a")]
    [InlineData("both not: x", "nginx has: x", "hawser has: x")]
    [InlineData("hawser not: x", "hawser has: x")]
    public void Comparison_TextIsMissingOrUnwanted_Complains(string expectation, params string[] complaints)
    {
        Assert.Equal(complaints, Compare(expectation, ["x"], ["x"]).Complaints);
    }

    [Fact]
    public void Comparison_ShownToAPerson_MarksWhatDiffers()
    {
        var text = Compare("", ["same", "left only"], ["same", "right only"]).ToString();
        Assert.Contains("  same", text, StringComparison.Ordinal);
        Assert.Contains("< left only", text, StringComparison.Ordinal);
        Assert.Contains("> ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("== nonsense\n", "unknown section")]
    [InlineData("text\n", "before the first section")]
    [InlineData("== server\nreturn 200;\n", "no request")]
    [InlineData("== request\n~jump\n", "~jump is unknown")]
    [InlineData("== request\n\\q\n", "is not an escape")]
    [InlineData("== expect\nsomething: else\n", "unknown expectation")]
    [InlineData("== expect\nexpect-difference client\n", "needs its reason")]
    [InlineData("== request\n== request\n", "no configuration")]
    public void CaseFile_WithAMistake_SaysWhatIsWrong(string text, string message)
    {
        var error = Assert.Throws<CaseException>(() => DifferentialCase.Parse(text, "test", "."));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("line ", error.Message, StringComparison.Ordinal);
    }

    private static Comparison Compare(string expectations, string[] left, string[] right)
    {
        var testCase = DifferentialCase.Parse($"== server\nreturn 200;\n== request\nx\n== expect\n{expectations}\n", "test", ".");
        return new(testCase, Transcript("nginx", left), Transcript("hawser", right));
    }

    private static Transcript Transcript(string gateway, string[] lines) =>
        new(gateway, new Dictionary<Part, IReadOnlyList<string>> { [Part.Client] = lines }, "");
}
