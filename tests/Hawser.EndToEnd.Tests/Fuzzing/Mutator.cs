namespace Hawser.EndToEnd.Tests.Fuzzing;

/// <summary>Makes bad input out of good input, the same for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    // What parsers have tripped over: ends of lines, separators, numbers at the edge, other protocols.
    private static readonly string[] s_splinters =
    [
        "\r", "\n", "\r\n", "\r\n\r\n", "\n\n", "\0", " ", "\t", ":", ";", ",", "%", "%00", "%2e%2e/", "/../", "//", "?", "#", "\x7f", "\xff",
        "0", "-1", "+1", "00", "0x10", "2147483648", "9223372036854775807", "18446744073709551616", "ffffffffffffffff",
        "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "HTTP/", "GET ", "Content-Length: ", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n", "Connection: Upgrade\r\n", "Upgrade: websocket\r\n", "Expect: 100-continue\r\n", "Host: a\r\n", "Host:\r\n", " folded\r\n",
        "Range: bytes=0-0,2-3\r\n", "If-Modified-Since: x\r\n", "5\r\nhello\r\n", "0\r\n\r\n", "\x16\x03\x01", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];

    private readonly Random _random = new(seed);

    /// <summary>One of the samples with one to six things wrong.</summary>
    public string Mutate(IReadOnlyList<string> samples)
    {
        var text = samples[_random.Next(samples.Count)];
        for (var i = _random.Next(1, 7); i > 0; i--)
            text = MutateOnce(text, samples);
        return text;
    }

    /// <summary>Cuts a text into one to five parts.</summary>
    public IReadOnlyList<string> Cut(string text)
    {
        var cuts = Enumerable.Range(0, _random.Next(5)).Select(_ => _random.Next(text.Length + 1)).Append(0).Append(text.Length).Distinct().Order().ToList();
        return [.. cuts.Zip(cuts.Skip(1), (from, to) => text[from..to])];
    }

    /// <summary>True with a probability of one in <paramref name="n"/>.</summary>
    public bool OneIn(int n) => _random.Next(n) == 0;

    private string MutateOnce(string text, IReadOnlyList<string> samples)
    {
        var at = _random.Next(text.Length + 1);
        var length = Math.Min(_random.Next(1, 20), text.Length - at);
        return _random.Next(9) switch
        {
            0 => text[..at] + (char)_random.Next(256) + text[(at + Math.Min(1, length))..],
            1 => text.Remove(at, length),
            2 => text.Insert(at, s_splinters[_random.Next(s_splinters.Length)]),
            3 => text.Insert(at, text.Substring(at, length)),
            4 => text.Insert(at, new string((char)_random.Next(32, 127), _random.Next(1, OneIn(10) ? 40_000 : 300))),
            5 => text[..at],
            6 => text + samples[_random.Next(samples.Count)],
            7 => text.Remove(at, length).Insert(at, s_splinters[_random.Next(s_splinters.Length)]),
            _ => text.Insert(at, RandomBytes(_random.Next(1, 40))),
        };
    }

    private string RandomBytes(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)_random.Next(256)));
}
