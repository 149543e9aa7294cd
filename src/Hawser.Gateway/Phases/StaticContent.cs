using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;
using Hawser.Protocols.Http1;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Phases;

/// <summary>Files, indexes and directory redirects: what answers where nothing else does.</summary>
public sealed class StaticContent : IContentHandler
{
    private StaticContent()
    {
    }

    public static StaticContent Instance { get; } = new();

    public ValueTask<Outcome> HandleAsync(HttpExchange exchange)
    {
        if (exchange.Method is not (RequestMethod.Get or RequestMethod.Head or RequestMethod.Post)) return new(Outcome.Status(405));
        FilesModel files = exchange.Location.Files;
        if (!files.TryMap(exchange, out ByteSlice path)) return new(Outcome.Status(500));
        if (UnsafePath.ClimbsUp(files.Remainder(exchange.Uri).Span))
        {
            UnsafePath.Report(exchange, path);
            return new(Outcome.Status(404));
        }
        if (exchange.Uri.Span is [.., (byte)'/']) return new(ServeDirectory(exchange, path));
        if (exchange.Location.Compression is { } compression && PackedFile.Find(exchange, compression, path) is { } packed)
        {
            if (packed.File is null) return new(Outcome.Status(404));
            return FileTransfer.SendAsync(exchange, files, packed.File, packed.Status, packed.Path, PackedFile.Encoding);
        }
        return ServePath(exchange, files, path);
    }

    private static Outcome ServeDirectory(HttpExchange exchange, ByteSlice path)
    {
        Outcome index = IndexFiles.Find(exchange, path);
        if (index.Kind != OutcomeKind.Continue) return index;
        exchange.LogError(LogLevel.Error, $"directory index of \"{path}\" is forbidden");
        return Outcome.Status(403);
    }

    private static ValueTask<Outcome> ServePath(HttpExchange exchange, FilesModel files, ByteSlice path)
    {
        int error = ContentFile.Open(path.Span, out SafeFileHandle? file, out FileStatus status, out string call);
        if (error != 0) return new(RefuseFile(exchange, files, path, error, call));
        if (status.IsDirectory) return new(RedirectToDirectory(exchange));
        if (file is null)
        {
            exchange.LogError(LogLevel.Crit, $"\"{path}\" is not a regular file");
            return new(Outcome.Status(404));
        }
        if (exchange.Method == RequestMethod.Post)
        {
            file.Dispose();
            return new(Outcome.Status(405));
        }
        // Not before: an error's page may be made by somebody who wants the body.
        if (exchange.Body.DiscardReceived(exchange) is not 0 and var refused)
        {
            file.Dispose();
            return new(Outcome.Status(refused));
        }
        return FileTransfer.SendAsync(exchange, files, file, in status, path);
    }

    private static Outcome RefuseFile(HttpExchange exchange, FilesModel files, ByteSlice path, int error, string call)
    {
        (int status, LogLevel level) = error switch
        {
            Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG => (404, LogLevel.Error),
            Errno.EACCES or Errno.ELOOP => (403, LogLevel.Error),
            _ => (500, LogLevel.Crit),
        };
        if (status != 404 || files.LogNotFound) exchange.LogError(level, $"{call} \"{path}\" failed ({Errno.Describe(error)})");
        return Outcome.Status(status);
    }

    private static Outcome RedirectToDirectory(HttpExchange exchange)
    {
        ByteSlice path = exchange.Arena.Concat(UriParts.Escape(exchange.Arena, exchange.Uri).Span, "/"u8);
        RedirectLocation.Set(exchange, UriParts.Join(exchange.Arena, path, exchange.Args));
        return Outcome.Status(301);
    }
}
