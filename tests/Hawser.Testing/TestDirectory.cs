namespace Hawser.Testing;

/// <summary>
/// A directory of its own for one test, deleted with it. Set <c>HAWSER_TEST_KEEP=1</c> to keep it for a look.
/// </summary>
public sealed class TestDirectory : IDisposable
{
    private static readonly bool s_keep = Environment.GetEnvironmentVariable("HAWSER_TEST_KEEP") == "1";

    /// <summary>Creates the directory below the system's temporary directory.</summary>
    public TestDirectory() => Path = Directory.CreateTempSubdirectory("hawser-test-").FullName;

    /// <summary>The absolute path, without a trailing slash.</summary>
    public string Path { get; }

    /// <summary>The absolute path of something inside.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, one byte for each character (Latin-1), creating directories on the way.</summary>
    /// <returns>The absolute path of the file.</returns>
    public string Write(string relative, string content) => Write(relative, Bytes.FromText(content));

    /// <summary>Writes a file, creating directories on the way.</summary>
    /// <returns>The absolute path of the file.</returns>
    public string Write(string relative, byte[] content)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Reads a file as one character for each byte; empty when it does not exist.</summary>
    /// <remarks>Opened for sharing: its writer may be at work.</remarks>
    public string Read(string relative)
    {
        try
        {
            using var file = new FileStream(this[relative], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            return Bytes.ToText(copy.ToArray());
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_kept && !s_keep)
            Directory.Delete(Path, recursive: true);
    }

    private bool _kept;

    /// <summary>Leaves the directory in place, for a failure that should be looked at.</summary>
    public void Keep() => _kept = true;
}
