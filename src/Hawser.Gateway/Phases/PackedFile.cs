using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Filters;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;
using Hawser.Protocols.Http1;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Phases;

/// <summary><c>gzip_static</c>: a file that was packed beforehand, in place of the one asked for.</summary>
/// <param name="File">The file, open; null where it cannot be sent.</param>
/// <param name="Status">What it is.</param>
/// <param name="Path">Its path.</param>
internal readonly record struct PackedFile(SafeFileHandle? File, FileStatus Status, ByteSlice Path)
{
    /// <summary>What Content-Encoding says.</summary>
    public static ByteSlice Encoding { get; } = ByteSlice.FromLatin1("gzip");

    /// <summary>Looks for it. Null: the file itself is to be sent.</summary>
    public static PackedFile? Find(HttpExchange exchange, CompressionModel model, ByteSlice path)
    {
        if (model.Static == GzipStatic.Off || exchange.Method is not (RequestMethod.Get or RequestMethod.Head)) return null;
        bool mayServe = model.Static == GzipStatic.Always || model.ClientTakesGzip(exchange);
        // Caches are told of the packed form also where this client does not get it, so whether there is one must be known.
        if (!mayServe && !model.Vary) return null;
        ByteSlice packed = exchange.Arena.Concat(path.Span, ".gz"u8);
        int error = ContentFile.Open(packed.Span, out SafeFileHandle? file, out FileStatus status, out string call);
        if (error != 0)
        {
            ReportFailure(exchange, packed, error, call);
            return null;
        }
        if (model.Static == GzipStatic.On) exchange.Response.Head.VariesByEncoding = true;
        if (mayServe && !status.IsDirectory)
        {
            if (file is null) exchange.LogError(LogLevel.Crit, $"\"{packed}\" is not a regular file");
            return new PackedFile(file, status, packed);
        }
        file?.Dispose();
        return null;
    }

    private static void ReportFailure(HttpExchange exchange, ByteSlice path, int error, string call)
    {
        if (error is Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG) return;
        LogLevel level = error is Errno.EACCES or Errno.ELOOP ? LogLevel.Error : LogLevel.Crit;
        exchange.LogError(level, $"{call} \"{path}\" failed ({Errno.Describe(error)})");
    }
}
