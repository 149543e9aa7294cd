using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>
/// Asks about the certificate that a client has shown, and about those that certify it, one after the other until one is not good. The requests of
/// the connection wait for it.
/// </summary>
internal sealed class ClientCertificateCheck(ClientOcspModel model, Worker worker, IClientConnection connection)
{
    private const string Unanswered = "certificate status request failed";

    private readonly OcspLog _log = new(connection.Listener.Default.Defaults.Logging.Errors, connection.Serial, null);
    private OcspFetch? _fetch;

    /// <summary>Nobody wanted the answer any more.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Asks.</summary>
    /// <param name="questions">The client's own certificate first.</param>
    /// <param name="deadline">Loop milliseconds by which an answer must be there.</param>
    /// <returns>Why the certificate does not count, in nginx's words; null if it does.</returns>
    public async ValueTask<string?> RunAsync(IReadOnlyList<OcspQuestion> questions, long deadline)
    {
        foreach (OcspQuestion question in questions)
        {
            if (IsAborted || await FindStatusAsync(question, deadline) is not { } status) return Unanswered;
            if (status == OcspStatus.Good) continue;
            return status == OcspStatus.Revoked ? "certificate revoked" : "certificate status unknown";
        }
        return null;
    }

    /// <summary>Gives up: the client has gone.</summary>
    public void Abort()
    {
        IsAborted = true;
        _fetch?.Abort();
    }

    private async ValueTask<OcspStatus?> FindStatusAsync(OcspQuestion question, long deadline)
    {
        string? problem = null;
        if ((model.Responder ?? model.ResponderFor(question.ResponderUrl, out problem)) is not { } responder)
        {
            connection.LogError(LogLevel.Error, $"{problem} while SSL handshaking");
            return null;
        }
        byte[]? key = null;
        if (model.Cache is { } cache)
        {
            key = question.CacheKey();
            if (key is null) return null;
            if (cache.Find(key) is { } known) return known;
        }
        _fetch = new OcspFetch(worker, responder, question.EncodeRequest(), _log, Math.Max(0, deadline - worker.Loop.Now));
        byte[]? response = await _fetch.RunAsync();
        string? peer = _fetch.Peer;
        _fetch = null;
        if (response is null) return null;
        if (!question.TryRead(response, OcspTrust.Delegated, out OcspAnswer answer, out string complaint))
        {
            _log.Write(LogLevel.Error, complaint, responder.Host, peer);
            return null;
        }
        if (key is not null) model.Cache!.Add(key, answer);
        return answer.Status;
    }
}
