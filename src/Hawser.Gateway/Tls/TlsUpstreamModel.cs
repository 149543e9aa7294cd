using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Sockets;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>How a location speaks TLS with upstream servers (<c>proxy_ssl_*</c>).</summary>
public sealed class TlsUpstreamModel
{
    // Weak, because addresses come and go with the names that are resolved.
    private readonly ConditionalWeakTable<PeerModel, TlsSessionSlot> _sessions = [];

    public required TlsContext Context { get; init; }

    /// <summary><c>proxy_ssl_name</c>; null stands for the host of <c>proxy_pass</c>.</summary>
    public TemplateModel? Name { get; init; }

    public required bool SendsName { get; init; }

    public required bool Verifies { get; init; }

    public required bool ReusesSessions { get; init; }

    /// <summary>A certificate whose name has variables, its key, and where they come from; null when there is none, or the context has it.</summary>
    internal (TemplateModel Certificate, TemplateModel Key, VariableCertificates Source)? VariableCertificate { get; init; }

    /// <summary>The name that the server's certificate must have; it may have come with a port.</summary>
    internal ByteSlice NameFor(HttpExchange exchange)
    {
        if (!SendsName && !Verifies) return default;
        ByteSlice name = Name?.Evaluate(exchange) ?? exchange.Upstream.ProxyHost;
        int from = !name.IsEmpty && name[0] == '[' ? Math.Max(0, name.Span.IndexOf((byte)']')) : 0;
        int colon = name.Slice(from).Span.IndexOf((byte)':');
        return colon < 0 ? name : name.Slice(0, from + colon);
    }

    /// <summary>Begins a handshake over a connected socket.</summary>
    /// <returns>Null: a certificate of our own could not be loaded, which is in the log.</returns>
    internal TlsTransport? Begin(HttpExchange exchange, PeerModel peer, Transport plain, ByteSlice name)
    {
        TlsSessionSlot? sessions = ReusesSessions ? _sessions.GetValue(peer, static _ => new TlsSessionSlot()) : null;
        TlsTransport? tls = null;
        try
        {
            tls = TlsTransport.Connect(Context, plain.Descriptor, exchange.Worker.Loop.Tls, SendsName && IsHostName(name.Span) ? name.Span : default, sessions);
            UseVariableCertificate(exchange, tls);
            return tls;
        }
        catch (TlsException e)
        {
            exchange.LogError(LogLevel.Error, $"{e.Message} while connecting to upstream");
            tls?.Abandon();
            return null;
        }
    }

    private void UseVariableCertificate(HttpExchange exchange, TlsTransport tls)
    {
        if (VariableCertificate is not { } variable) return;
        string certificate = variable.Certificate.Evaluate(exchange).ToString();
        if (certificate.Length == 0) return;
        variable.Source.Use(tls, certificate, variable.Key.Evaluate(exchange).ToString(), exchange.Worker);
    }

    /// <summary>Whether the server is the one it should be; if not, the log says why.</summary>
    internal bool Accepts(HttpExchange exchange, TlsTransport tls, ByteSlice name)
    {
        if (!Verifies) return true;
        long result = tls.VerifyResult;
        if (result != 0)
        {
            exchange.LogError(
                LogLevel.Error, $"upstream SSL certificate verify error: ({result}:{Encoding.Latin1.GetString(TlsTransport.Explain(result))}) while SSL handshaking to upstream");
            return false;
        }
        if (tls.PeerHasName(name.Span)) return true;
        exchange.LogError(LogLevel.Error, $"upstream SSL certificate does not match \"{name}\" while SSL handshaking to upstream");
        return false;
    }

    // Addresses are no names (RFC 6066 §3).
    private static bool IsHostName(ReadOnlySpan<byte> name) => !name.IsEmpty && name[0] != '[' && !IPAddress.TryParse(Encoding.Latin1.GetString(name), out _);
}
