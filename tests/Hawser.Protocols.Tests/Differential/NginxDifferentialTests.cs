using System.Globalization;
using System.Text.RegularExpressions;
using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;
using Hawser.Testing;

namespace Hawser.Protocols.Tests.Differential;

/// <summary>
/// Sends request heads to a real nginx that answers everything acceptable with 200, and compares its verdict with the
/// parser's. What nginx has changed since the version at hand is left out, case by case (<see cref="RequestCases"/>); against
/// nginx 1.31 nothing is (HAWSER_TEST_NGINX names another program than Debian's).
/// </summary>
public sealed partial class NginxDifferentialTests
{
    private const string Configuration =
        """
        events { worker_connections 256; }
        http {
            access_log off;
            server {
                listen 127.0.0.1:%%PORT_0%%;
                return 200 "fine";
            }
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task RequestHead_ShownToNginx_GetsTheVerdictOfTheParser()
    {
        Assert.True(GatewayExecutable.Nginx.Exists, "nginx is needed; ./test installs it");
        var version = await VersionOfNginxAsync();
        await using var nginx = await GatewayProcess.StartAsync(GatewayExecutable.Nginx, Configuration);

        var differences = new List<string>();
        var compared = 0;
        foreach (var request in RequestCases.All())
        {
            if (request.ChangedIn > version)
                continue;

            var bytes = Wire.Bytes(request.Bytes);
            var theirs = await AskNginxAsync(nginx.Port(), bytes);
            var ours = VerdictOfParser(bytes);
            compared++;
            if (theirs != ours)
                differences.Add($"nginx {theirs}, parser {ours}: {Wire.Show(bytes.AsSpan(0, Math.Min(bytes.Length, 200)))}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(compared > 500, $"only {compared} heads were compared");
    }

    /// <summary>The status on the wire, or "closed" if nginx was still waiting for more when the client ended.</summary>
    private static async Task<string> AskNginxAsync(int port, byte[] request)
    {
        // nginx may close with unread input, and the reset that follows may overtake its answer: ask again then.
        for (var attempt = 0; ; attempt++)
        {
            await using var client = await RawClient.ConnectAsync(port);
            await client.SendAsync(request);
            client.EndSending();
            Assert.NotEqual(ConnectionState.Open, await client.WaitForEndAsync(Patience));

            var answer = client.Received;
            if (answer.Length == 0 && client.State == ConnectionState.Reset && attempt < 5)
                continue;

            // The answer to an HTTP/0.9 request has no head: an error page is known by its title.
            var status = StatusLine().Match(answer);
            return status.Success ? status.Groups[1].Value : answer switch { "" => "closed", "fine" => "200", _ => answer };
        }
    }

    private static string VerdictOfParser(byte[] request)
    {
        var rejection = RequestReading.Judge(request, out var complete);
        if (rejection == RequestRejection.None)
            return complete ? "200" : "closed";

        // 494 is sent as 400 with a page of its own.
        var status = rejection.StatusCode();
        return (status == 494 ? 400 : status).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<Version> VersionOfNginxAsync()
    {
        var said = await Command.RunAsync(GatewayExecutable.Nginx.Path, ["-v"]);
        return Version.Parse(NginxVersion().Match(said.Error).Groups[1].Value);
    }

    [GeneratedRegex("^(?:HTTP/1\\.1 |<html>\r\n<head><title>)([0-9]{3}) ")]
    private static partial Regex StatusLine();

    [GeneratedRegex("nginx/([0-9.]+)")]
    private static partial Regex NginxVersion();
}
