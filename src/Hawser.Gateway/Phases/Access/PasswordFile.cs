using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Hawser.IO.Files;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Phases.Access;

/// <summary>What looking a user up came to.</summary>
public enum PasswordLookup : byte
{
    Found,
    NoSuchUser,

    /// <summary>The file could not be opened or read.</summary>
    Unreadable,
}

/// <summary>
/// A file of <c>user:hash[:comment]</c> lines, as htpasswd writes it. It is read for each request, so a change counts at once; a line
/// that begins with <c>#</c> is a comment.
/// </summary>
public static class PasswordFile
{
    // The longest line that is looked at.
    private const int BufferSize = 16 * 1024;

    private const int IsADirectory = 21;

    /// <summary>Looks a user up.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="hash">The hash, for <see cref="PasswordLookup.Found"/>.</param>
    /// <param name="error">The errno, for <see cref="PasswordLookup.Unreadable"/>.</param>
    public static PasswordLookup Find(ReadOnlySpan<byte> path, ReadOnlySpan<byte> user, [NotNull] out byte[]? hash, out int error)
    {
        hash = [];
        error = ContentFile.Open(path, out SafeFileHandle? file, out FileStatus status, out _);
        if (error == 0 && file is null) error = IsADirectory;
        if (error != 0) return PasswordLookup.Unreadable;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            return Find(file!, buffer.AsSpan(0, BufferSize), user, out hash) ? PasswordLookup.Found : PasswordLookup.NoSuchUser;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            file!.Dispose();
        }
    }

    private static bool Find(SafeFileHandle file, Span<byte> buffer, ReadOnlySpan<byte> user, out byte[] hash)
    {
        int kept = 0;
        bool skipsLine = false; // the rest of a line that did not fit
        for (long offset = 0; ;)
        {
            int read = RandomAccess.Read(file, buffer[kept..], offset);
            offset += read;
            Span<byte> text = buffer[..(kept + read)];
            while (text.IndexOf((byte)'\n') is >= 0 and int end)
            {
                if (!skipsLine && Matches(text[..end], user, out hash)) return true;
                skipsLine = false;
                text = text[(end + 1)..];
            }
            if (read == 0)
            {
                hash = [];
                return !skipsLine && Matches(text, user, out hash);
            }
            if (text.Length == buffer.Length)
            {
                skipsLine = true;
                text = default;
            }
            text.CopyTo(buffer);
            kept = text.Length;
        }
    }

    private static bool Matches(ReadOnlySpan<byte> line, ReadOnlySpan<byte> user, out byte[] hash)
    {
        hash = [];
        if (line.Length <= user.Length || line[user.Length] != ':' || line[0] == '#' || !line.StartsWith(user)) return false;
        line = line[(user.Length + 1)..];
        int end = line.IndexOfAny((byte)'\r', (byte)':');
        hash = (end < 0 ? line : line[..end]).ToArray();
        return true;
    }
}
