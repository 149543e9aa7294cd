using Hawser.IO.Native;

namespace Hawser.Gateway.Hosting;

/// <summary>How this program was started, so that it can be started the same way again, possibly in a newer version.</summary>
public sealed class ProgramLaunch
{
    private ProgramLaunch(string path, string[] arguments, string directory)
    {
        Path = path;
        Arguments = arguments;
        Directory = directory;
    }

    /// <summary>
    /// The full path that the program was called by. Links are not followed: a link that leads to another version by now is the usual way
    /// to install one.
    /// </summary>
    public string Path { get; }

    /// <summary>The directory it was started in, which relative paths of its options refer to.</summary>
    public string Directory { get; }

    internal string[] Arguments { get; }

    /// <summary>What the kernel knows of the start. To be asked before the process changes its directory.</summary>
    public static ProgramLaunch Current()
    {
        string[] arguments = ProgramStart.OwnArguments;
        string directory = System.IO.Directory.GetCurrentDirectory();
        return new ProgramLaunch(Find(arguments[0], directory), arguments, directory);
    }

    /// <summary>As execvp(3): a name with a slash is a path, another one is looked for.</summary>
    private static string Find(string name, string directory)
    {
        if (name.Contains('/')) return System.IO.Path.GetFullPath(name, directory);
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, name), directory);
            if (File.Exists(candidate)) return candidate;
        }
        return Environment.ProcessPath ?? name;
    }
}
