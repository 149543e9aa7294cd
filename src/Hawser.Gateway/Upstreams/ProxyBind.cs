using System.Net;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams;

/// <summary><c>proxy_bind</c>: the address that connections to the upstream come from.</summary>
public sealed class ProxyBind(TemplateModel address, bool isTransparent)
{
    private readonly SocketEndpoint? _constant = address.IsConstant ? Parse(address.ConstantValue) : null;

    public bool IsTransparent { get; } = isTransparent;

    public static ProxyBind? From(ProxyBindConfig? config, ModelBuilder builder) =>
        config?.Address is null ? null : new ProxyBind(builder.Compile(config.Address), config.IsTransparent);

    /// <summary>The address for this request; null, and a line in the log, when the value is none (nginx then does not bind).</summary>
    public SocketEndpoint? Resolve(HttpExchange exchange)
    {
        if (_constant is not null) return _constant;
        ByteSlice value = address.Evaluate(exchange);
        if (value.IsEmpty) return null;
        SocketEndpoint? endpoint = Parse(value);
        if (endpoint is null) exchange.LogError(Logging.LogLevel.Error, $"invalid local address \"{value}\"");
        return endpoint;
    }

    private static SocketEndpoint? Parse(ByteSlice value)
    {
        string text = value.ToString();
        if (IPAddress.TryParse(text, out IPAddress? bare)) return SocketEndpoint.FromIP(bare, 0);
        return IPEndPoint.TryParse(text, out IPEndPoint? withPort) ? SocketEndpoint.FromIP(withPort.Address, withPort.Port) : null;
    }
}
