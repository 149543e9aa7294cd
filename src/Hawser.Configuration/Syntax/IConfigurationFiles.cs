using System.Collections.Immutable;

namespace Hawser.Configuration.Syntax;

/// <summary>All that reading a configuration asks of a file system.</summary>
public interface IConfigurationFiles
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">A full path.</param>
    FileContent Read(string path);

    /// <summary>The paths that match a pattern of <c>*</c>, <c>?</c> and <c>[...]</c>, sorted bytewise as glob(3) sorts them in the C locale.</summary>
    /// <param name="pattern">A full path with wildcards, in any of its segments.</param>
    ImmutableArray<string> Glob(string pattern);

    /// <summary>Whether a file or directory is there.</summary>
    bool Exists(string path);

    /// <summary>Makes a path absolute against a directory. A path that is absolute stays as it is.</summary>
    /// <param name="path">The path.</param>
    /// <param name="directory">A directory with or without a slash at its end.</param>
    string GetFullPath(string path, string directory);
}

/// <summary>The outcome of reading a file: bytes, or the error of the system call that failed.</summary>
/// <param name="Bytes">The content.</param>
/// <param name="Failure">Null on success.</param>
public readonly record struct FileContent(ReadOnlyMemory<byte> Bytes, FileFailure? Failure);

/// <summary>A failed system call, in the words nginx reports it with.</summary>
/// <param name="Call">The call, for example <c>open()</c>.</param>
/// <param name="ErrorNumber">errno.</param>
/// <param name="Description">strerror's text, for example <c>No such file or directory</c>.</param>
public sealed record FileFailure(string Call, int ErrorNumber, string Description);
