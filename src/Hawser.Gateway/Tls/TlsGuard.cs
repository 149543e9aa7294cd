using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>What a request must have shown in its handshake: nginx's statuses 495, 496 and 497.</summary>
internal static class TlsGuard
{
    public static Outcome Check(HttpExchange exchange)
    {
        if (exchange.Connection is Http1Connection { IsPlainOnTls: true })
        {
            exchange.LogError(LogLevel.Info, "client sent plain HTTP request to HTTPS port");
            return Outcome.Status(497);
        }
        if (exchange.Connection.Tls is not { } tls) return Outcome.Continue;
        return exchange.Server.VerifyClient is not SslVerifyClient.Off and var verify ? CheckCertificate(exchange, tls, verify) : Outcome.Continue;
    }

    private static Outcome CheckCertificate(HttpExchange exchange, TlsTransport tls, SslVerifyClient verify)
    {
        long result = tls.VerifyResult;
        if (result != 0 && !(verify == SslVerifyClient.OptionalNoCa && TlsTransport.IsMissingTrust(result)))
        {
            exchange.LogError(LogLevel.Info, $"client SSL certificate verify error: ({result}:{Encoding.Latin1.GetString(TlsTransport.Explain(result))})");
            tls.ForgetSession();
            return Outcome.Status(495);
        }
        if (verify == SslVerifyClient.On && !tls.HasPeerCertificate)
        {
            exchange.LogError(LogLevel.Info, "client sent no required SSL certificate");
            tls.ForgetSession();
            return Outcome.Status(496);
        }
        if (exchange.Connection.CertificateProblem is { } problem)
        {
            exchange.LogError(LogLevel.Info, $"client SSL certificate verify error: {problem}");
            tls.ForgetSession();
            return Outcome.Status(495);
        }
        return Outcome.Continue;
    }
}
