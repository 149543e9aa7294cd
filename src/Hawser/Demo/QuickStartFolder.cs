namespace Hawser.Demo;

/// <summary>The folder <c>samples/quickstart</c>: in the repository this program was built in, else beside the program.</summary>
internal sealed class QuickStartFolder : IDisposable
{
    private const string ConfigurationFile = "nginx.conf";
    private readonly DirectoryInfo? _copy;

    private QuickStartFolder(string path, DirectoryInfo? copy)
    {
        Path = path;
        _copy = copy;
    }

    /// <summary>The folder, a full path without a slash at its end.</summary>
    public string Path { get; }

    /// <summary>The configuration in it.</summary>
    public string Configuration => System.IO.Path.Combine(Path, ConfigurationFile);

    /// <summary>Finds the folder. Where its logs cannot be written, a copy in the temporary directory takes its place.</summary>
    /// <exception cref="DirectoryNotFoundException">The program was installed without it.</exception>
    public static QuickStartFolder Open()
    {
        var path = Candidates("quickstart").FirstOrDefault(candidate => File.Exists(System.IO.Path.Combine(candidate, ConfigurationFile)))
            ?? throw new DirectoryNotFoundException("the folder samples/quickstart was not installed with this program");
        if (CanWrite(System.IO.Path.Combine(path, "logs")))
            return new QuickStartFolder(path, null);

        var copy = Directory.CreateTempSubdirectory("hawser-demo-");
        Copy(path, copy.FullName);
        Directory.CreateDirectory(System.IO.Path.Combine(copy.FullName, "logs"));
        return new QuickStartFolder(copy.FullName, copy);
    }

    /// <summary>The folder <c>samples/pitfalls</c>, found in the same way; null if it is not there.</summary>
    public static string? FindPitfalls() => Candidates("pitfalls").FirstOrDefault(Directory.Exists);

    public void Dispose() => _copy?.Delete(recursive: true);

    /// <summary>A folder of the repository comes first, so that an edit counts at the next start without a build.</summary>
    private static IEnumerable<string> Candidates(string name)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "Hawser.slnx")))
                yield return System.IO.Path.Combine(directory.FullName, "samples", name);
        }

        yield return System.IO.Path.Combine(AppContext.BaseDirectory, "samples", name);
    }

    private static bool CanWrite(string directory)
    {
        try
        {
            using var probe = new FileStream(
                System.IO.Path.Combine(directory, $".probe-{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var destination = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(destination)!);
            File.Copy(file, destination);
        }
    }
}
