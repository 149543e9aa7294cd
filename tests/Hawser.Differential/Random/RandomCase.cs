using System.Globalization;
using System.Text;

namespace Hawser.Differential.Random;

/// <summary>A random configuration and requests to it, which can be written as a case file.</summary>
public sealed class RandomCase
{
    /// <summary>Requests to one configuration: enough that starting two gateways costs little beside them.</summary>
    public const int RequestsPerConfiguration = 25;

    private readonly string _http;

    private RandomCase(string name, string http, IReadOnlyList<string> requests)
    {
        Name = name;
        _http = http;
        Requests = requests;
    }

    /// <summary>The seed, as it is given to <c>--seed</c> to make this case again.</summary>
    public string Name { get; }

    /// <summary>The requests, each in the escaped form of a case file.</summary>
    public IReadOnlyList<string> Requests { get; }

    /// <summary>Makes the case that a seed stands for.</summary>
    public static RandomCase Create(ulong seed)
    {
        var dice = new Dice(seed);
        var http = RandomConfiguration.Create(new Dice(dice.Fork()));
        var requests = new Dice(dice.Fork());
        return new RandomCase(
            seed.ToString(CultureInfo.InvariantCulture), http, [.. Enumerable.Range(0, RequestsPerConfiguration).Select(_ => RandomRequest.Create(requests))]);
    }

    /// <summary>The same configuration with some of the requests.</summary>
    public RandomCase With(IReadOnlyList<string> requests) => new(Name, _http, requests);

    /// <summary>The text of a case file.</summary>
    public string Text(bool testsConfigurationOnly = false)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"== note\nRandom, from seed {Name}.\n== http\n{_http}");
        text.Append(Backends);
        if (testsConfigurationOnly)
            return text.Append("== expect\nconfig-test\n").ToString();
        for (var i = 0; i < Requests.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"== request connection={i + 1}\n{Requests[i]}");
        return text.ToString();
    }

    /// <summary>The case, ready to run.</summary>
    public DifferentialCase ToCase(bool testsConfigurationOnly = false) => DifferentialCase.Parse(Text(testsConfigurationOnly), $"random/{Name}", ".");

    // The backends close: which request shares a connection with which is not the subject here, and decides what stands where in a transcript.
    private const string Backends = """
        == file html/index.html
        <p>root</p>
        == file html/file.txt
        plain text
        == file html/error.html
        lost
        == file html/app/index.html
        <p>app</p>
        == file html/app/file.txt
        text of app
        == file html/a/b
        a file called b
        == backend
        ~when POST
        HTTP/1.1 201 Created\r\n
        Content-Length: 7\r\n
        Location: http://127.0.0.1/made\r\n
        Connection: close\r\n
        X-Backend: post\r\n
        \r\n
        created
        ~otherwise
        HTTP/1.1 200 OK\r\n
        Server: backend/1\r\n
        Content-Type: text/plain\r\n
        Content-Length: 6\r\n
        Set-Cookie: a=b; Path=/; Domain=example.com\r\n
        Connection: close\r\n
        X-Backend: get\r\n
        \r\n
        answer
        == backend R
        HTTP/1.1 302 Found\r\n
        Location: http://group/base/next?x=1\r\n
        Content-Length: 0\r\n
        Connection: close\r\n
        \r\n
        == backend E
        ~when deep
        HTTP/1.1 500 Broken\r\n
        Content-Length: 5\r\n
        Connection: close\r\n
        \r\n
        error
        ~otherwise
        HTTP/1.1 404 Not Here\r\n
        Content-Length: 4\r\n
        Connection: close\r\n
        X-Accel-Redirect: /file.txt\r\n
        \r\n
        gone

        """;
}
