namespace Hawser.EndToEnd.Tests;

/// <summary>How much the tests do.</summary>
internal static class TestSettings
{
    /// <summary>True for <c>./test --long</c>.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("HAWSER_TEST_LONG") == "1";

    /// <summary>A count for the usual run, or twenty times as much for the long one.</summary>
    public static int Scale(int count) => IsLong ? count * 20 : count;
}
