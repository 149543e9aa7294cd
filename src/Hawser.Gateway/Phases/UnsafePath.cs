using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary>
/// Guards the border of <c>root</c> and <c>alias</c>. A path that came from the client has no <c>..</c> left in it; but a rewrite or a
/// variable may bring one in, and so does an alias whose location lacks the slash at its end (<c>location /files { alias /data/; }</c>
/// and a request for <c>/files../secret</c>). nginx serves those (decision 0014).
/// </summary>
internal static class UnsafePath
{
    /// <summary>Whether a segment of <paramref name="path"/> is <c>..</c>.</summary>
    public static bool ClimbsUp(ReadOnlySpan<byte> path)
    {
        while (true)
        {
            int slash = path.IndexOf((byte)'/');
            if ((slash < 0 ? path : path[..slash]).SequenceEqual(".."u8)) return true;
            if (slash < 0) return false;
            path = path[(slash + 1)..];
        }
    }

    /// <summary>Logs why the path is refused.</summary>
    public static void Report(HttpExchange exchange, ByteSlice path) =>
        exchange.LogError(LogLevel.Error, $"\"{path}\" leads out of its root and is not served");
}
