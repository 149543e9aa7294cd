using System.Collections.Immutable;

namespace Hawser.Configuration.Syntax;

/// <summary>The file system of the machine.</summary>
public sealed class PhysicalFiles : IConfigurationFiles
{
    private const int NoSuchFile = 2;
    private const int InputOutputError = 5;
    private const int PermissionDenied = 13;
    private const int IsADirectory = 21;

    /// <summary>The one instance.</summary>
    public static readonly PhysicalFiles Instance = new();

    private PhysicalFiles()
    {
    }

    /// <inheritdoc />
    public FileContent Read(string path)
    {
        string name = ToName(path);
        try
        {
            // nginx opens a directory without complaint and fails in reading it.
            return Directory.Exists(name)
                ? new FileContent(default, new FileFailure("read()", IsADirectory, "Is a directory"))
                : new FileContent(File.ReadAllBytes(name), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FileContent(default, new FileFailure("open()", NoSuchFile, "No such file or directory"));
        }
        catch (UnauthorizedAccessException)
        {
            return new FileContent(default, new FileFailure("open()", PermissionDenied, "Permission denied"));
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return new FileContent(default, new FileFailure("open()", InputOutputError, e.Message));
        }
    }

    /// <inheritdoc />
    public bool Exists(string path) => Path.Exists(ToName(path));

    /// <inheritdoc />
    public string GetFullPath(string path, string directory)
    {
        if (path.StartsWith('/'))
            return path;
        return directory.EndsWith('/') ? directory + path : directory + "/" + path;
    }

    /// <inheritdoc />
    public ImmutableArray<string> Glob(string pattern)
    {
        var found = new List<string> { pattern.StartsWith('/') ? "/" : "" };
        foreach (string segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new List<string>();
            foreach (string directory in found)
                Expand(directory, segment, next);
            found = next;
        }
        found.Sort(string.CompareOrdinal);
        return [.. found];
    }

    private static void Expand(string directory, string segment, List<string> results)
    {
        if (segment.AsSpan().IndexOfAny("*?[") < 0)
        {
            if (Path.Exists(ToName(Join(directory, segment))))
                results.Add(Join(directory, segment));
            return;
        }
        string name = directory.Length == 0 ? "." : ToName(directory);
        if (!Directory.Exists(name))
            return;
        try
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(name, "*", s_enumeration))
            {
                string file = ByteText.FromText(Path.GetFileName(entry));
                // A leading dot is matched by a leading dot only.
                if ((file[0] != '.' || segment[0] == '.') && GlobPattern.Matches(segment, file))
                    results.Add(Join(directory, file));
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // glob(3) passes over directories it cannot read, and so does nginx.
        }
    }

    private static readonly EnumerationOptions s_enumeration = new() { AttributesToSkip = 0, MatchType = MatchType.Simple };

    private static string Join(string directory, string segment) =>
        directory.Length == 0 || directory.EndsWith('/') ? directory + segment : directory + "/" + segment;

    private static string ToName(string path) => ByteText.ToDisplay(path);
}
