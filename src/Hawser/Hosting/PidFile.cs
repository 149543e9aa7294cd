using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>
/// The file with the process id: the sign for everybody else that all listeners accept. Written whole or not at all, and removed at the
/// end.
/// </summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _content;
    private readonly FileStream _file;
    private string _path;

    private PidFile(string path, string content, FileStream file)
    {
        _path = path;
        _content = content;
        _file = file;
    }

    /// <summary>Writes the id and a line feed. Readers see the old file or the new one, never a part.</summary>
    /// <exception cref="IOException">The file cannot be written; the message is nginx's.</exception>
    public static PidFile Create(string path, int processId)
    {
        var content = $"{processId}\n";
        try
        {
            if (IsSpecial(path))
                File.WriteAllText(path, content); // pid /dev/null; must not replace the device
            else
                WriteAtomically(path, content);
            return new PidFile(path, content, new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"open() \"{path}\" failed {ProcessServices.DescribeError(e)}", e);
        }
    }

    /// <summary>Reads the id out of a file, for <c>-s</c>.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no id; the message is nginx's.</exception>
    public static int Read(string path)
    {
        string content;
        try
        {
            content = File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"open() \"{path}\" failed {ProcessServices.DescribeError(e)}", e);
        }

        // Zero would signal every process of the caller's group.
        return content.Length > 0 && content.All(char.IsAsciiDigit) && int.TryParse(content, out var processId) && processId > 0
            ? processId
            : throw new IOException($"invalid PID number \"{content}\" in \"{path}\"");
    }

    /// <summary>Renames the file, over one that is there already: while the binary is changed the old process has another name.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public void MoveTo(string path)
    {
        try
        {
            if (!IsSpecial(_path))
                File.Move(_path, path, overwrite: true);
            _path = path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"rename() {_path} to {path} failed {ProcessServices.DescribeError(e)}", e);
        }
    }

    /// <summary>
    /// Removes the file if it is still this process's. A process that gave up root cannot remove a file from a directory of root; then it
    /// is emptied through the descriptor from its creation, so that nobody signals a stranger later.
    /// </summary>
    public void Dispose()
    {
        using (_file)
        {
            try
            {
                if (!IsSpecial(_path) && File.ReadAllText(_path) == _content)
                    File.Delete(_path);
            }
            catch (UnauthorizedAccessException)
            {
                _file.SetLength(0);
            }
            catch (IOException)
            {
                // Somebody removed it first.
            }
        }
    }

    private static bool IsSpecial(string path) => path.StartsWith("/dev/", StringComparison.Ordinal);

    private static void WriteAtomically(string path, string content)
    {
        var temporary = $"{path}.{content.TrimEnd('\n')}.new";
        try
        {
            File.WriteAllText(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
