using System.Text.Json;
using Hawser.Doctor.Tests.Live;

namespace Hawser.Doctor.Tests.Rendering;

/// <summary>Formats, exit codes and what is written to disk.</summary>
public sealed class OutputTests
{
    private const string Broken = """
        events { }
        http {
            server {
                listen 127.0.0.1:8080;
                location /websocket {
                    proxy_pass http://127.0.0.1:8808/;
                    proxy_set_header Upgrade $http_upgrade
                    proxy_set_header Connection "upgrade";
                }
            }
        }

        """;

    [Fact]
    public async Task Sarif_OfFindings_HasResultsWithRegionsAndFixes()
    {
        using var directory = new TestDirectory();
        DoctorOutput output = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = directory.Write("nginx.conf", Broken), Format = OutputFormat.Sarif });
        using JsonDocument sarif = JsonDocument.Parse(output.Text);
        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());
        JsonElement run = sarif.RootElement.GetProperty("runs")[0];
        string[] rules = [.. run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().Select(static r => r.GetProperty("id").GetString()!)];
        JsonElement[] results = [.. run.GetProperty("results").EnumerateArray()];
        Assert.Contains("HW001", rules);
        Assert.All(results, result => Assert.Contains(result.GetProperty("ruleId").GetString(), rules));
        JsonElement semicolon = results.Single(static r => r.GetProperty("ruleId").GetString() == "HW001");
        JsonElement region = semicolon.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
        Assert.Equal((7, 38), (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32()));
        JsonElement change = semicolon.GetProperty("fixes")[0].GetProperty("artifactChanges")[0].GetProperty("replacements")[0];
        Assert.Equal(";", change.GetProperty("insertedContent").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Json_OfFindings_HasPlacesAndEdits()
    {
        using var directory = new TestDirectory();
        DoctorOutput output = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = directory.Write("nginx.conf", Broken), Format = OutputFormat.Json });
        using JsonDocument json = JsonDocument.Parse(output.Text);
        JsonElement semicolon = json.RootElement.GetProperty("findings").EnumerateArray().Single(static f => f.GetProperty("rule").GetString() == "HW001");
        Assert.Equal(7, semicolon.GetProperty("line").GetInt32());
        Assert.Equal(";", semicolon.GetProperty("edits")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("error", DoctorRun.Found)]
    [InlineData("never", DoctorRun.Fine)]
    public async Task ExitCode_WithFindings_IsWhatFailOnSays(string failOn, int expected)
    {
        using var directory = new TestDirectory();
        DoctorOutput output = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = directory.Write("nginx.conf", Broken), FailOn = failOn });
        Assert.Equal(expected, output.ExitCode);
    }

    [Fact]
    public async Task ExitCode_WithoutTheFile_IsTwo()
    {
        DoctorOutput output = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = "/nonexistent/nginx.conf" });
        Assert.Equal(DoctorRun.Failed, output.ExitCode);
        Assert.Contains("No such file or directory", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_AppliedByHand_MakesWhatWriteMakes()
    {
        using var directory = new TestDirectory();
        string file = directory.Write("nginx.conf", Broken);
        DoctorOutput shown = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = file, Fix = true });
        Assert.Equal(Broken, directory.Read("nginx.conf")); // shown, not done
        string expected = Patched(Broken, shown.Text);
        DoctorOutput written = await DoctorOutput.OfAsync(new DoctorArguments { ConfigurationFile = file, Fix = true, Write = true });
        Assert.Equal(DoctorRun.Fine, written.ExitCode);
        Assert.Equal(expected, directory.Read("nginx.conf"));
    }

    /// <summary>What patch(1) would make of a text: every line of every hunk must be where the hunk says.</summary>
    private static string Patched(string text, string diff)
    {
        string[] lines = text.Split('\n');
        var result = new List<string>();
        int at = 0;
        foreach (string line in diff.TrimEnd('\n').Split('\n').Skip(2))
        {
            if (line.StartsWith("@@ -", StringComparison.Ordinal))
            {
                int start = int.Parse(line[4..].Split(',', ' ')[0], System.Globalization.CultureInfo.InvariantCulture) - 1;
                while (at < start) result.Add(lines[at++]);
                continue;
            }
            if (line[0] != '+') Assert.Equal(line[1..], lines[at++]);
            if (line[0] != '-') result.Add(line[1..]);
        }
        while (at < lines.Length) result.Add(lines[at++]);
        return string.Join('\n', result);
    }
}
