using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Variables;

/// <summary>Where the request's file would be. They follow the location in force, so they are computed at each use.</summary>
internal static class FileVariables
{
    public static void AddTo(VariableFamily family)
    {
        family.AddVolatile("document_root", static e => e.Location.Files.DocumentRoot(e));
        family.AddVolatile("realpath_root", RealpathRoot);
        family.AddVolatile("request_filename", static e => e.Location.Files.MapPath(e));
    }

    private static VariableValue RealpathRoot(HttpExchange exchange)
    {
        ByteSlice root = exchange.Location.Files.DocumentRoot(exchange);
        Span<byte> room = exchange.Arena.Allocate(PathCalls.MaximumLength, out ByteSlice resolved);
        int length = PathCalls.Resolve(root.Span, room);
        if (length >= 0) return resolved.Slice(0, length);
        exchange.LogError(LogLevel.Crit, $"realpath() \"{root}\" failed {SystemError.Describe(-length)}");
        return VariableValue.NotFound;
    }
}
