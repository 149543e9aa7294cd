using System.Diagnostics;
using System.Text;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Tests.Golden;

namespace Hawser.Configuration.Tests.Robustness;

/// <summary>Whatever it is given, the loader returns, throws nothing, and what it reports can be rendered.</summary>
public sealed class FuzzTests
{
    private static readonly string[] s_fragments =
    [
        "{", "}", ";", "\"", "'", "\\", "#", "$", "${", "(", ")", "~", "\n", "\r", "\t", " ", "\0", "\u00FF", "server", "location", "include *;",
        "include nginx.conf;", "if ($a ~ (", "99999999999999999999", "map $a $b {", "types {", "upstream u {", "http {", "*", "=", "@", "unix:", "[::",
        "proxy_pass http://$a/;", "rewrite ^ /? last;", "return 200", "set $x $y;", "%", "x=1:2:3",
    ];

    private static string[] Samples() =>
    [
        .. GoldenCase.Names().Where(name => name.StartsWith("dump", StringComparison.Ordinal) || name.EndsWith("forms.txt", StringComparison.Ordinal)
            || name.EndsWith("steps.txt", StringComparison.Ordinal) || name.EndsWith("settings.txt", StringComparison.Ordinal))
            .Select(name => GoldenCase.Read(name).Files.First().Content),
    ];

    [Fact]
    public void Load_EveryPrefixOfSamples_NeverThrows()
    {
        string[] samples = Samples();
        Assert.True(samples.Length >= 8);
        foreach (string sample in samples)
        {
            for (int length = 0; length <= sample.Length; length++)
                Check(sample[..length]);
        }
    }

    [Fact]
    public void Load_ThousandsOfMutations_NeverThrows()
    {
        string[] samples = Samples();
        bool isLong = Environment.GetEnvironmentVariable("HAWSER_TEST_LONG") is { Length: > 0 };
        var random = new Random(20_31);
        int errors = 0;
        int rounds = isLong ? 100_000 : 5_000;
        for (int i = 0; i < rounds; i++)
            errors += Check(Mutate(samples[i % samples.Length], random)) ? 0 : 1;
        Assert.InRange(errors, rounds / 4, rounds);
    }

    [Fact]
    public void Load_HugeNestingAndLength_Ends()
    {
        Check(new string('{', 100_000));
        Check(string.Concat(Enumerable.Repeat("a{", 100_000)));
        Check(string.Concat(Enumerable.Repeat("events{", 50_000)) + new string('}', 50_000));
        Check(new string('"', 100_001));
        Check(string.Concat(Enumerable.Repeat("x;", 100_000)));
        Check("events {} http { server { " + string.Concat(Enumerable.Repeat("location / { ", 150)));
        Check("events {} http { server { location ~ " + new string('(', 3000) + " { } } }");
    }

    [Fact]
    public void Load_FilesThatIncludeEachOther_Ends()
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", "include a.conf; include a.conf;");
        files.Add("a.conf", "include b.conf; include nginx.conf;");
        files.Add("b.conf", "include a.conf; include *.conf;");
        ConfigurationResult result = Load.Files(files);
        Assert.Contains(result.Diagnostics, diagnostic => diagnostic.Message.Contains("includes itself", StringComparison.Ordinal));
    }

    /// <returns>Whether the configuration is valid.</returns>
    private static bool Check(string text)
    {
        var clock = Stopwatch.StartNew();
        var files = new MemoryFiles();
        files.Add("nginx.conf", text);
        files.Add("mime.types", "types { text/html html; }");
        files.Add("map.inc", "a b;");
        ConfigurationResult result = Load.Files(files);
        foreach (Diagnostic diagnostic in result.Diagnostics.Take(20))
            Assert.StartsWith("[", DiagnosticRenderer.Render(diagnostic));
        Assert.Equal(result.Config is null, result.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Emergency));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed} for: {text[..Math.Min(text.Length, 200)]}");
        return result.Config is not null;
    }

    private static string Mutate(string sample, Random random)
    {
        var text = new StringBuilder(sample);
        for (int edits = random.Next(1, 6); edits > 0; edits--)
        {
            int at = random.Next(text.Length);
            int length = Math.Min(random.Next(1, 12), text.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, s_fragments[random.Next(s_fragments.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(256);
                    break;
                default:
                    text.Insert(at, text.ToString(random.Next(text.Length - length + 1), length));
                    break;
            }
            if (text.Length == 0)
                text.Append(';');
        }
        return text.ToString();
    }
}
