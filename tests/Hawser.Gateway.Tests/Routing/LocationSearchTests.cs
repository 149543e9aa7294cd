using System.Text;
using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Routing;

/// <summary>Random sets of locations and paths: the search must end where nginx's ends.</summary>
public sealed class LocationSearchTests
{
    private const int PathsPerSet = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Search_RandomLocations_EndsWhereNginxEnds(int seed)
    {
        var set = new RandomLocations(new Random(seed));
        string locations = set.Write();
        await using SideBySide both = await SideBySide.StartAsync($"server {{ listen 127.0.0.1:%PORT%;\n{locations} }}");
        int different = await both.AssertSameForPathsAsync(set.Paths(PathsPerSet));
        Assert.InRange(different, 10, int.MaxValue); // or the set does not test much
    }

    [Fact]
    public async Task Search_ProxiedLocationsWithSlash_RedirectsWhereNginxDoes()
    {
        // http_location_auto.t, and what it leaves open: exact locations, encoded paths, queries, deeper levels.
        const string Locations = """
            location /a/ { proxy_pass http://127.0.0.1:%PORT%/x-; }
            location /a-a { return 200 "a-a\n"; }
            location /a-b { return 200 "a-b\n"; }
            location = /e/ { proxy_pass http://127.0.0.1:%PORT%/x-e; }
            location /f { location /f/g/ { proxy_pass http://127.0.0.1:%PORT%/x-fg; } return 200 "f\n"; }
            location /h%20i/ { proxy_pass http://127.0.0.1:%PORT%/x-; }
            location "/j k?/" { proxy_pass http://127.0.0.1:%PORT%/x-; }
            location /l/ { proxy_pass http://127.0.0.1:%PORT%/x-; }
            location = /l { return 200 "exact l\n"; }
            location ^~ /m/ { proxy_pass http://127.0.0.1:%PORT%/x-; }
            location ~ ^/[am]$ { return 200 "regex\n"; }
            location /n/ { limit_except GET { proxy_pass http://127.0.0.1:%PORT%; } }
            location /x { return 200 "upstream\n"; }
            """;
        await using SideBySide both = await SideBySide.StartAsync(
            $"keepalive_timeout 75; proxy_http_version 1.1; proxy_set_header Connection \"\"; server {{ listen 127.0.0.1:%PORT%;\n{Locations} }}");
        await both.AssertSameForPathsAsync(
        [
            "/a", "/a/", "/a?x=1", "/a-a", "/a-b", "/a-", "/b", "/e", "/e/", "/e/x", "/f", "/f/g", "/f/g?q", "/f/g/", "/f/gh", "/h%20i", "/h%2520i",
            "/j%20k%3F", "/j%20k%3f?z", "/l", "/l/", "/m", "/m/", "/n", "/n/", "/A", "/a/../a", "/a//",
        ]);
    }

    /// <summary>Writes locations over a small alphabet, so that prefixes, expressions and paths meet often.</summary>
    private sealed class RandomLocations(Random random)
    {
        private static readonly string[] s_segments = ["a", "b", "ab", "aa", "A", "c.x", "a.php", "b-a"];
        private static readonly string[] s_patterns =
            ["^/a", "b$", "/ab/", @"\.x$", @"\.php", "^/a/b/?$", "A", "a{2}", "^/(a|b)+/", "[^/]b", "c.x", "^/b.*a$", "(?<seg>ab)/"];

        private readonly List<string> _known = [];
        private int _next;

        public string Write()
        {
            var text = new StringBuilder();
            WriteBlock(text, "", 0, 14);
            return text.ToString();
        }

        public IEnumerable<string> Paths(int count)
        {
            for (int i = 0; i < count; i++)
            {
                string path = random.Next(3) == 0 ? _known[random.Next(_known.Count)] : "";
                for (int n = random.Next(path.Length == 0 ? 1 : 0, 4); n > 0; n--) path += (path.EndsWith('/') ? "" : "/") + Segment();
                if (random.Next(4) == 0 && !path.EndsWith('/')) path += "/";
                if (random.Next(8) == 0) path = path.Replace("a", "%61");
                yield return path.Length == 0 ? "/" : path;
            }
        }

        private void WriteBlock(StringBuilder text, string prefix, int depth, int count)
        {
            var taken = new HashSet<string>(StringComparer.Ordinal);
            for (int i = 0; i < count; i++)
            {
                int kind = random.Next(10);
                string path = prefix + (prefix.EndsWith('/') || random.Next(4) == 0 && prefix.Length > 0 ? "" : "/") + Segment() + (random.Next(2) == 0 ? "/" : "");
                if (kind < 5 && depth < 2 && taken.Add(path)) WriteLocation(text, kind == 0 ? "^~ " : "", path, path, depth);
                else if (kind is 5 or 6 && taken.Add("=" + path)) WriteLocation(text, "= ", path, null, depth);
                else if (kind > 6) WriteLocation(text, random.Next(4) == 0 ? "~* " : "~ ", $"\"{s_patterns[random.Next(s_patterns.Length)]}\"", null, depth);
                if (kind < 7) _known.Add(path);
            }
        }

        private void WriteLocation(StringBuilder text, string modifier, string path, string? inside, int depth)
        {
            text.Append($"{new string(' ', depth * 2)}location {modifier}{path} {{ return 200 \"loc{_next++} $1\\n\";\n");
            if (inside is not null && random.Next(2) == 0) WriteBlock(text, inside, depth + 1, 4);
            else if (inside is null && modifier[0] == '~' && depth < 2 && random.Next(3) == 0)
            {
                WriteLocation(text, "~ ", $"\"{s_patterns[random.Next(s_patterns.Length)]}\"", null, depth + 2);
            }
            text.Append("}\n");
        }

        private string Segment() => s_segments[random.Next(s_segments.Length)];
    }
}
