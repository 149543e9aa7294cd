using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Tls.Ocsp;
using Hawser.Gateway.Variables;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls;

/// <summary>The TLS of a virtual server: its context, and what is decided around it.</summary>
public sealed class TlsServerModel
{
    private readonly (TemplateModel Certificate, TemplateModel Key)[] _variable;
    private readonly VariableCertificates _certificates;

    internal TlsServerModel(TlsContext context, (TemplateModel Certificate, TemplateModel Key)[] variable, VariableCertificates certificates)
    {
        Context = context;
        _variable = variable;
        _certificates = certificates;
    }

    public TlsContext Context { get; }

    /// <summary>Handshakes for the server are refused.</summary>
    public required bool RejectsHandshake { get; init; }

    /// <summary>It has certificates, known now or in each handshake.</summary>
    public required bool HasCertificates { get; init; }

    /// <summary>What keeps the responses fresh that are sent along with its certificates.</summary>
    internal IReadOnlyList<StapleRenewal> StapleRenewals { get; init; } = [];

    /// <summary>How clients' certificates are asked about; null if they are not.</summary>
    internal ClientOcspModel? ClientOcsp { get; init; }

    /// <summary>A client has asked for a response, on the loop of <paramref name="worker"/>.</summary>
    internal void RenewStaple(TlsStaple staple, Worker worker)
    {
        foreach (StapleRenewal renewal in StapleRenewals)
        {
            if (ReferenceEquals(renewal.Staple, staple)) renewal.RenewIfDue(worker);
        }
    }

    /// <summary>Loads the certificates whose names have variables.</summary>
    /// <param name="exchange">One without a request, for the variables' sake.</param>
    /// <returns>False: one could not be loaded, which is in the log.</returns>
    internal bool LoadCertificates(HttpExchange exchange, TlsTransport transport)
    {
        foreach ((TemplateModel certificate, TemplateModel key) in _variable)
        {
            try
            {
                _certificates.Use(transport, certificate.Evaluate(exchange).ToString(), key.Evaluate(exchange).ToString(), exchange.Worker);
            }
            catch (TlsException e)
            {
                exchange.Connection.LogError(LogLevel.Error, $"{e.Message} while SSL handshaking");
                return false;
            }
        }
        return true;
    }
}
