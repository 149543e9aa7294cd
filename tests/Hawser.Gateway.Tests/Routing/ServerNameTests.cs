using System.Text;
using Hawser.Gateway.Tests.Support;

namespace Hawser.Gateway.Tests.Routing;

/// <summary>Random names of servers and hosts: the server must be the one that nginx chooses.</summary>
public sealed class ServerNameTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Choice_RandomNames_IsNginxs(int seed)
    {
        var random = new Random(seed);
        string servers = WriteServers(random, 24);
        await using SideBySide both = await SideBySide.StartAsync("server_names_hash_bucket_size 128;\n" + servers);
        int different = await both.AssertSameAsync(Hosts(random, 200).Select(host => $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        Assert.InRange(different, 10, int.MaxValue); // or the names do not test much
    }

    [Fact]
    public async Task Choice_EdgeCases_IsNginxs()
    {
        const string Servers = """
            server { listen 127.0.0.1:%PORT%; server_name _; return 200 "default\n"; }
            server { listen 127.0.0.1:%PORT%; server_name ""; return 200 "empty\n"; }
            server { listen 127.0.0.1:%PORT%; server_name *.wild.org; return 200 "wild\n"; }
            server { listen 127.0.0.1:%PORT%; server_name .wild.org; return 200 "dot after wild\n"; }
            server { listen 127.0.0.1:%PORT%; server_name wild.org; return 200 "exact after dot\n"; }
            server { listen 127.0.0.1:%PORT%; server_name .dot.org; return 200 "dot\n"; }
            server { listen 127.0.0.1:%PORT%; server_name dot.org; return 200 "exact after dot\n"; }
            server { listen 127.0.0.1:%PORT%; server_name exact.org; return 200 "exact\n"; }
            server { listen 127.0.0.1:%PORT%; server_name .exact.org; return 200 "dot after exact\n"; }
            server { listen 127.0.0.1:%PORT%; server_name mail.*; return 200 "mail\n"; }
            server { listen 127.0.0.1:%PORT%; server_name mail.a.*; return 200 "mail.a\n"; }
            server { listen 127.0.0.1:%PORT%; server_name ~^(?<who>.+)\.re\.org$; return 200 "re $who $1\n"; }
            server { listen 127.0.0.1:%PORT%; server_name ~^(.+)\.RE2\.org$; return 200 "upper\n"; }
            """;
        await using SideBySide both = await SideBySide.StartAsync("server_names_hash_bucket_size 128;\n" + Servers);
        string[] hosts =
        [
            "_", "wild.org", "a.wild.org", "a.b.wild.org", ".wild.org", "wild.org.", "WILD.ORG", "A.Wild.Org.", "xwild.org", "dot.org", "a.dot.org", "exact.org", "a.exact.org",
            "mail", "mail.", "mail.org", "mail.a", "mail.a.org", "mail.a.b.c", "mail.b", "xmail.a", "who.re.org", "WHO.re.org", ".re.org", "a.re2.org", "a.re.org:8080", "[::1]", "127.0.0.1",
            "mail.a.wild.org", "a.mail.dot.org",
        ];
        await both.AssertSameAsync(hosts.Select(host => $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        await both.AssertSameAsync(["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost:\r\n\r\n", "GET http://a.wild.org/ HTTP/1.1\r\nHost: exact.org\r\n\r\n"]);
    }

    private static string WriteServers(Random random, int count)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            string isDefault = i == count / 2 ? " default_server" : "";
            text.Append($"server {{ listen 127.0.0.1:%PORT%{isDefault}; server_name");
            for (int n = random.Next(1, 4); n > 0; n--) text.Append(' ').Append(Name(random));
            text.Append($"; location / {{ return 200 \"server{i} $server_name $one\\n\"; }} }}\n");
        }
        // The variable exists whether or not a name with it was drawn.
        text.Append("map $uri $two { ~(?<one>z) 1; }\n");
        return text.ToString();
    }

    private static string Name(Random random) => random.Next(10) switch
    {
        < 3 => Labels(random, random.Next(1, 4)),
        3 or 4 => "*." + Labels(random, random.Next(1, 3)),
        5 => "." + Labels(random, random.Next(1, 3)),
        6 or 7 => Labels(random, random.Next(1, 3)) + ".*",
        8 => $"~^(?<one>[a-z]+)\\.{Label(random)}$",
        _ => $"~{Label(random)}.{Label(random)}",
    };

    private static IEnumerable<string> Hosts(Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string host = Labels(random, random.Next(1, 5));
            yield return random.Next(8) switch
            {
                0 => host.ToUpperInvariant(),
                1 => host + ".",
                2 => host + ":80",
                _ => host,
            };
        }
    }

    private static string Labels(Random random, int count) => string.Join('.', Enumerable.Range(0, count).Select(_ => Label(random)));

    private static string Label(Random random) => ((string[])["a", "b", "ab", "org", "x"])[random.Next(5)];
}
