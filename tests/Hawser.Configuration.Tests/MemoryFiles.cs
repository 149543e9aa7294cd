using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Tests;

/// <summary>A file system that is a dictionary.</summary>
internal sealed class MemoryFiles : IConfigurationFiles
{
    public const string Directory = "/etc/nginx/";

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Adds a file; each char is a byte. A relative path is below <see cref="Directory"/>.</summary>
    public void Add(string path, string content) => _files[GetFullPath(path, Directory)] = Encoding.Latin1.GetBytes(content);

    public FileContent Read(string path) => _files.TryGetValue(path, out byte[]? bytes)
        ? new FileContent(bytes, null)
        : new FileContent(default, new FileFailure("open()", 2, "No such file or directory"));

    public ImmutableArray<string> Glob(string pattern) =>
        [.. _files.Keys.Where(path => path.Count(c => c == '/') == pattern.Count(c => c == '/') && MatchesSegments(pattern, path))];

    public bool Exists(string path) => _files.ContainsKey(path);

    public string GetFullPath(string path, string directory) => path.StartsWith('/') ? path : directory.TrimEnd('/') + "/" + path;

    private static bool MatchesSegments(string pattern, string path) =>
        pattern.Split('/').Zip(path.Split('/')).All(pair => GlobPattern.Matches(pair.First, pair.Second));
}
