using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>The wall clock. In a log these are the time of logging, so of a tunnel's end.</summary>
internal static class TimeVariables
{
    public static void AddTo(VariableFamily family)
    {
        family.AddLate("msec", static e => ValueText.Seconds(e, e.Worker.Loop.UnixMilliseconds));
        family.AddLate("time_local", TimeLocal);
        family.AddLate("time_iso8601", TimeIso8601);
    }

    private static VariableValue TimeLocal(HttpExchange exchange)
    {
        EventLoop loop = exchange.Worker.Loop;
        LogTime.FormatLocal(exchange.Arena.Allocate(LogTime.LocalLength, out ByteSlice text), loop.UnixMilliseconds / 1000, loop.UtcOffsetMinutes);
        return text;
    }

    private static VariableValue TimeIso8601(HttpExchange exchange)
    {
        EventLoop loop = exchange.Worker.Loop;
        LogTime.FormatIso8601(exchange.Arena.Allocate(LogTime.Iso8601Length, out ByteSlice text), loop.UnixMilliseconds / 1000, loop.UtcOffsetMinutes);
        return text;
    }
}
