using System.Runtime.CompilerServices;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Upstreams;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Logging;

/// <summary>The error log as an exchange, or a connection that has none yet, sees it.</summary>
public static class ExchangeLogging
{
    /// <summary>Whether a message of this level would be written anywhere.</summary>
    public static bool IsLogEnabled(this HttpExchange exchange, LogLevel level) => Errors(exchange).IsEnabled(level);

    /// <inheritdoc cref="IsLogEnabled(HttpExchange, LogLevel)"/>
    public static bool IsLogEnabled(this IClientConnection connection, LogLevel level) => Errors(connection).IsEnabled(level);

    /// <summary>Logs a message with what nginx says about a request: client, server, request line, upstream, host, referrer.</summary>
    public static void LogError(this HttpExchange exchange, LogLevel level, string message)
    {
        ErrorLogTargets errors = Errors(exchange);
        if (!errors.IsEnabled(level)) return;
        _ = exchange.RequestHeaders.TryGet(KnownHeader.Host, out ByteSlice host);
        _ = exchange.RequestHeaders.TryGet(KnownHeader.Referer, out ByteSlice referrer);
        UpstreamTrace upstream = exchange.Upstream;
        errors.Write(level, message, exchange.Connection.Serial, new ErrorContext
        {
            Client = exchange.RemoteAddress.Span,
            Server = (exchange.Server ?? exchange.Connection.Listener.Default).Name.Span,
            Request = exchange.RequestLine.Span,
            UpstreamScheme = upstream.Scheme.Span,
            UpstreamAddress = upstream.Count > 0 ? upstream.Current.Address.Span : default,
            UpstreamUri = upstream.RequestUri.Span,
            Host = host.Span,
            Referrer = referrer.Span,
        });
    }

    /// <inheritdoc cref="LogError(HttpExchange, LogLevel, string)"/>
    public static void LogError(
        this HttpExchange exchange, LogLevel level, [InterpolatedStringHandlerArgument(nameof(exchange), nameof(level))] ref LogMessage message)
    {
        if (message.IsEnabled) exchange.LogError(level, message.TakeText());
    }

    /// <summary>Logs a message about a connection whose request is not read yet: client, and the address that it came to.</summary>
    public static void LogError(this IClientConnection connection, LogLevel level, string message)
    {
        ErrorLogTargets errors = Errors(connection);
        if (!errors.IsEnabled(level)) return;
        errors.Write(level, message, connection.Serial, new ErrorContext
        {
            Client = connection.RemoteAddress.Span,
            Server = ByteSlice.FromLatin1(connection.Listener.Endpoint.ToString()).Span,
        });
    }

    /// <inheritdoc cref="LogError(IClientConnection, LogLevel, string)"/>
    public static void LogError(
        this IClientConnection connection, LogLevel level, [InterpolatedStringHandlerArgument(nameof(connection), nameof(level))] ref LogMessage message)
    {
        if (message.IsEnabled) connection.LogError(level, message.TakeText());
    }

    // The location's logs once it is known, else the server's, else those of the listener's default server.
    private static ErrorLogTargets Errors(HttpExchange exchange) =>
        (exchange.Location ?? exchange.Server?.Defaults ?? exchange.Connection.Listener.Default.Defaults).Logging.Errors;

    private static ErrorLogTargets Errors(IClientConnection connection) => connection.Listener.Default.Defaults.Logging.Errors;
}
