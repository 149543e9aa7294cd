using System.Runtime.CompilerServices;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Logging;

/// <summary>
/// An interpolated message for the error log. It is put together only when some target takes its level, so a message that nobody
/// wants costs a comparison.
/// </summary>
[InterpolatedStringHandler]
public ref struct LogMessage
{
    private DefaultInterpolatedStringHandler _text;

    public LogMessage(int literalLength, int formattedCount, HttpExchange exchange, LogLevel level, out bool isEnabled)
    {
        isEnabled = IsEnabled = exchange.IsLogEnabled(level);
        if (isEnabled) _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    public LogMessage(int literalLength, int formattedCount, IClientConnection connection, LogLevel level, out bool isEnabled)
    {
        isEnabled = IsEnabled = connection.IsLogEnabled(level);
        if (isEnabled) _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    internal bool IsEnabled { get; }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);

    public void AppendFormatted(string? value) => _text.AppendFormatted(value);

    internal string TakeText() => _text.ToStringAndClear();
}
