namespace Hawser.IO.Native;

/// <summary>Turns <c>errno</c> values into the form nginx appends to its messages: <c>(2: No such file or directory)</c>.</summary>
public static class SystemError
{
    private const int EIO = 5;

    /// <summary>The number and the C library's text, in parentheses.</summary>
    public static string Describe(int errno) => $"({Errno.Describe(errno)})";

    /// <summary>
    /// The <c>errno</c> behind an exception of <see cref="System.IO"/>. The framework keeps the number in
    /// <see cref="Exception.HResult"/> unless it has a type of its own for the error.
    /// </summary>
    public static int Number(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        UnauthorizedAccessException => Errno.EACCES,
        IOException { HResult: > 0 and < 4096 } => exception.HResult,
        _ => EIO,
    };

    /// <summary>What <see cref="Describe(int)"/> makes of <see cref="Number"/>.</summary>
    public static string Describe(Exception exception) => Describe(Number(exception));
}
