using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Phases;

/// <summary>Answers requests for directories: the first file of <c>index</c> that is there is redirected to inside the server.</summary>
internal static class IndexFiles
{
    /// <param name="directory">The directory's path, with its slash.</param>
    public static Outcome Find(HttpExchange exchange, ByteSlice directory)
    {
        bool directoryTested = false;
        foreach (IndexName index in exchange.Location.Files.Indexes)
        {
            ByteSlice name = index.Name.Evaluate(exchange);
            if (name.Length > 0 && name[0] == '/') return Outcome.Redirect(name, exchange.Args);
            ByteSlice path = exchange.Arena.Concat(directory.Span, name.Span);
            int error = FileStatus.Read(path.Span, out _);
            if (error == 0) return Outcome.Redirect(exchange.Arena.Concat(exchange.Uri.Span, name.Span), exchange.Args);
            if (error == Errno.ELOOP) return Outcome.Status(403);
            if (error is Errno.ENOTDIR or Errno.ENAMETOOLONG or Errno.EACCES) return Refuse(exchange, path, error);
            if (!directoryTested)
            {
                Outcome tested = TestDirectory(exchange, directory, path);
                if (tested.Kind != OutcomeKind.Continue) return tested;
                directoryTested = true;
            }
            if (error == Errno.ENOENT) continue;
            exchange.LogError(LogLevel.Crit, $"stat() \"{path}\" failed ({Errno.Describe(error)})");
            return Outcome.Status(500);
        }
        return Outcome.Continue;
    }

    // The file was not found. If that is because its directory is not there, no other will be.
    private static Outcome TestDirectory(HttpExchange exchange, ByteSlice directory, ByteSlice file)
    {
        ByteSlice bare = directory.Span is [_, .., (byte)'/'] ? directory.Slice(0, directory.Length - 1) : directory;
        int error = FileStatus.Read(bare.Span, out FileStatus status);
        switch (error)
        {
            case 0 when status.IsDirectory:
            case Errno.EACCES: // that the file is missing and not forbidden shows that the directory may be searched
                return Outcome.Continue;
            case 0:
                exchange.LogError(LogLevel.Alert, $"\"{bare}\" is not a directory");
                return Outcome.Status(500);
            case Errno.ELOOP:
                return Outcome.Status(403);
            case Errno.ENOENT:
                return Refuse(exchange, file, error);
            default:
                exchange.LogError(LogLevel.Crit, $"stat() \"{bare}\" failed ({Errno.Describe(error)})");
                return Outcome.Status(500);
        }
    }

    private static Outcome Refuse(HttpExchange exchange, ByteSlice file, int error)
    {
        if (error == Errno.EACCES)
        {
            exchange.LogError(LogLevel.Error, $"\"{file}\" is forbidden ({Errno.Describe(error)})");
            return Outcome.Status(403);
        }
        if (exchange.Location.Files.LogNotFound) exchange.LogError(LogLevel.Error, $"\"{file}\" is not found ({Errno.Describe(error)})");
        return Outcome.Status(404);
    }
}
