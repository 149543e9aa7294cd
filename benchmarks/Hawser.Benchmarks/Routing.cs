using System.Text;
using BenchmarkDotNet.Attributes;
using Hawser.Configuration;
using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Benchmarks;

/// <summary>From a path to its location, among a hundred; and values with variables, from text to parts.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class Routing
{
    private static readonly byte[] s_deep = "/service42/websocket/chat"u8.ToArray();
    private static readonly byte[] s_none = "/nothing/of/the/kind"u8.ToArray();

    private readonly string _format = "$remote_addr - $remote_user [$time_local] \"$request\" ${status}x";
    private readonly LocationSearch<LocationConfig, string> _search = new();

    /// <summary>Reads a configuration with a hundred locations.</summary>
    [GlobalSetup]
    public void Read()
    {
        var locations = string.Concat(Enumerable.Range(0, 100).Select(i => $"location /service{i}/ {{ return 204; }}\n"));
        var file = Path.Combine(Path.GetTempPath(), $"hawser-routing-{Environment.ProcessId}.conf");
        File.WriteAllText(file, $"events {{ }} http {{ server {{ listen 127.0.0.1:1; {locations} }} }}");
        var result = ConfigurationLoader.Load(new LoadOptions { Path = file, Prefix = Path.GetTempPath(), Files = PhysicalFiles.Instance });
        File.Delete(file);
        foreach (var location in result.Config!.Http!.Servers[0].Locations)
            _search.TryAdd(location, location, new LocationSearch<LocationConfig, string>(), null, redirectsWithSlash: false);
    }

    /// <summary>A prefix that is there.</summary>
    [Benchmark]
    public LocationConfig? Prefix() => Find(s_deep);

    /// <summary>None.</summary>
    [Benchmark]
    public LocationConfig? Nothing() => Find(s_none);

    /// <summary>What a log format or a header value is made of.</summary>
    [Benchmark]
    public Template ParseTemplate() => TemplateParser.Parse(_format, TemplateOptions.None, out _);

    private LocationConfig? Find(byte[] path)
    {
        var matcher = default(NoRegexes);
        return _search.Find(ref matcher, path, null).Location;
    }

    private struct NoRegexes : IRegexMatcher<string>
    {
        public readonly bool Matches(string regex, ReadOnlySpan<byte> subject) => Encoding.Latin1.GetString(subject).Contains(regex, StringComparison.Ordinal);
    }
}
