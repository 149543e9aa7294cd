using Hawser.Testing;
using Xunit;

namespace Hawser.Differential.Tests;

/// <summary>Each file below <c>cases/</c> is a test: the same configuration and the same bytes, on nginx and on Hawser.</summary>
public sealed class DifferentialTests
{
    private static readonly string s_cases = Repository.Path("tests/Hawser.Differential.Tests/cases");

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(s_cases, "*.case", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(s_cases, file), null))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_OnNginxAndHawser_IsAnsweredAlike(string name)
    {
        await CompareAsync(name, GatewayExecutable.Nginx, GatewayExecutable.Hawser);
    }

    // A case that nginx answers differently from one run to the next proves nothing about anybody else.
    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("length", "long")]
    public async Task Case_OnNginxTwice_IsDeterministic(string name)
    {
        await CompareAsync(name, GatewayExecutable.Nginx, GatewayExecutable.Nginx);
    }

    private static async Task CompareAsync(string name, GatewayExecutable left, GatewayExecutable right)
    {
        var testCase = DifferentialCase.Load(Path.Combine(s_cases, name + ".case"), name);
        var comparison = new Comparison(testCase, await CaseRunner.RunAsync(testCase, left), await CaseRunner.RunAsync(testCase, right));
        if (comparison.Complaints.Count > 0)
            Assert.Fail(comparison.ToString());
    }
}
