using System.Text;
using Hawser.Gateway.Logging;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>Where the messages about a question go, and what stands behind them.</summary>
/// <param name="Errors">The logs.</param>
/// <param name="Connection">Serial number of the client's connection; 0 without.</param>
/// <param name="Certificate">What the certificate is called; null without a name.</param>
internal readonly record struct OcspLog(ErrorLogTargets Errors, long Connection, string? Certificate)
{
    /// <summary>Writes a message as nginx does: what was being done, then responder, peer and certificate.</summary>
    public void Write(LogLevel level, string message, string? responder = null, string? peer = null)
    {
        if (!Errors.IsEnabled(level)) return;
        var text = new StringBuilder(message).Append(" while requesting certificate status");
        if (responder is not null) text.Append(", responder: ").Append(responder);
        if (peer is not null) text.Append(", peer: ").Append(peer);
        if (Certificate is not null) text.Append(", certificate: \"").Append(Certificate).Append('"');
        Errors.Write(level, text.ToString(), Connection);
    }
}
