using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.IO.Native;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Exchange;

/// <summary>Makes the files that bodies wait in: numbered over the life of the process, in a directory with levels (<c>1/27/0000000271</c>).</summary>
internal static class TemporaryFile
{
    private static long s_number;

    /// <summary>Creates a file for reading and writing, and the directories it needs.</summary>
    /// <exception cref="IOException">That failed.</exception>
    /// <exception cref="UnauthorizedAccessException">That is not allowed.</exception>
    public static SafeFileHandle Create(TempPathConfig directory, out string path)
    {
        string name = Interlocked.Increment(ref s_number).ToString("D10", CultureInfo.InvariantCulture);
        string folder = Path.Combine(directory.Path, FolderOf(name, directory.Levels));
        Directory.CreateDirectory(folder);
        path = Path.Combine(folder, name);
        SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        if (!DescriptorReserve.IsTouchedBy((int)file.DangerousGetHandle())) return file;
        file.Dispose();
        File.Delete(path);
        throw new IOException($"open() \"{path}\" failed ({Errno.Describe(Errno.EMFILE)})");
    }

    // As nginx: each level takes its digits from the end of the number, in front of those of the level before.
    private static string FolderOf(string name, ImmutableArray<int> levels)
    {
        var folder = new StringBuilder();
        int end = name.Length;
        foreach (int level in levels)
        {
            folder.Append(name.AsSpan(end - level, level)).Append('/');
            end -= level;
        }
        return folder.ToString();
    }
}
