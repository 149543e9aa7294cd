using Hawser.Gateway.Logging;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>
/// Keeps the response about one certificate fresh, as nginx does: it is asked for when a client wants it, and again when it is an hour old or
/// about to end, or five minutes after nothing came. One loop asks for all.
/// </summary>
/// <param name="staple">Where the response goes.</param>
/// <param name="question">The certificate.</param>
/// <param name="isVerified"><c>ssl_stapling_verify</c></param>
internal sealed class StapleRenewal(TlsStaple staple, OcspQuestion question, OcspResponder responder, bool isVerified)
{
    // Milliseconds for each address; seconds until the next question.
    private const long Timeout = 60_000;
    private const long Shortest = 300;
    private const long Longest = 3600;

    private long _nextAt; // Unix seconds
    private int _isAsking;

    public TlsStaple Staple => staple;

    /// <summary>Asks if it is time. Called on any loop, while a handshake runs there.</summary>
    public void RenewIfDue(Worker worker)
    {
        if (Volatile.Read(ref _nextAt) >= Now(worker) || worker.IsDraining) return;
        if (Interlocked.CompareExchange(ref _isAsking, 1, 0) == 0) worker.Loop.Defer(() => _ = AskAsync(worker)); // OpenSSL is in the middle of something
    }

    private static long Now(Worker worker) => worker.Loop.UnixMilliseconds / 1000;

    private async Task AskAsync(Worker worker)
    {
        long pause = Shortest;
        var log = new OcspLog(worker.Model.ErrorLog, 0, staple.Source);
        try
        {
            var fetch = new OcspFetch(worker, responder, question.EncodeRequest(), log, Timeout);
            byte[]? response = await RunAsync(fetch, worker);
            if (response is not null && IsGood(response, log, fetch.Peer, out OcspAnswer answer))
            {
                staple.Replace(response, answer.ValidUntil);
                pause = Math.Clamp(answer.ValidUntil - Shortest - Now(worker), Shortest, Longest);
            }
        }
        catch (TlsException e)
        {
            log.Write(LogLevel.Crit, e.Message, responder.Host);
        }
        catch (Exception e)
        {
            // A defect in the gateway; the next question is asked all the same.
            log.Write(LogLevel.Crit, $"unexpected failure: {e}", responder.Host);
        }
        Volatile.Write(ref _nextAt, Now(worker) + pause);
        Volatile.Write(ref _isAsking, 0);
    }

    // A reload gives up what is under way for the configuration before.
    private static async ValueTask<byte[]?> RunAsync(OcspFetch fetch, Worker worker)
    {
        worker.StapleFetches.Add(fetch);
        try
        {
            return await fetch.RunAsync();
        }
        finally
        {
            worker.StapleFetches.Remove(fetch);
        }
    }

    private bool IsGood(byte[] response, OcspLog log, string? peer, out OcspAnswer answer)
    {
        if (!question.TryRead(response, isVerified ? OcspTrust.Chain : OcspTrust.Unverified, out answer, out string problem))
        {
            log.Write(LogLevel.Error, problem, responder.Host, peer);
            return false;
        }
        if (answer.Status == OcspStatus.Good) return true;
        log.Write(LogLevel.Error, $"certificate status \"{answer.StatusText}\" in the OCSP response", responder.Host, peer);
        return false;
    }
}
