using System.Text;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Tls.Ocsp;

/// <summary>
/// Asks a responder about a certificate: one HTTP request (RFC 6960 §A.1), to one of its addresses after the other until one answers. Belongs to
/// one loop, and never blocks it.
/// </summary>
/// <param name="timeout">Milliseconds that each address has.</param>
internal sealed class OcspFetch(Worker worker, OcspResponder responder, byte[] request, OcspLog log, long timeout)
{
    // nginx's buffer, for head and body together. Responses have one or two kilobytes.
    private const int LargestReply = 16 * 1024;

    private Channel? _channel;
    private ResolveWait? _resolving;
    private string? _peer;
    private bool _isAborted;

    /// <summary>What went wrong with the last address, if anything did.</summary>
    private enum Attempt
    {
        Answered,
        Failed,
        Aborted,
    }

    /// <summary>The address that answered, or was asked last; null before.</summary>
    public string? Peer => _peer;

    /// <summary>The answer in DER; null if there is none, which is in the log.</summary>
    public async ValueTask<byte[]?> RunAsync()
    {
        IReadOnlyList<SocketEndpoint> addresses = responder.Addresses;
        if (responder.Resolver is { } resolver)
        {
            if (await ResolveAsync(resolver) is not { } found) return null;
            addresses = found;
        }
        else if (addresses.Count == 0)
        {
            Log(LogLevel.Error, $"no resolver defined to resolve {responder.Host}");
            return null;
        }
        byte[] reply = worker.Loop.Buffers.Rent(LargestReply);
        try
        {
            foreach (SocketEndpoint address in addresses)
            {
                (Attempt attempt, byte[]? answer) = await AskAsync(address, reply);
                if (attempt == Attempt.Answered) return answer;
                if (attempt == Attempt.Aborted) return null;
            }
            return null;
        }
        finally
        {
            worker.Loop.Buffers.Return(reply);
        }
    }

    /// <summary>Gives up, after the events at hand: nobody wants the answer any more.</summary>
    public void Abort()
    {
        _isAborted = true;
        _resolving?.Cancel();
        _channel?.Abort();
    }

    private async ValueTask<IReadOnlyList<SocketEndpoint>?> ResolveAsync(ResolverModel model)
    {
        ResolveWait? wait = model.For(worker).Resolve(responder.Host, responder.ResolverTimeout, out ResolveResult result);
        if (wait is not null)
        {
            _resolving = wait;
            result = await wait.Task;
            _resolving = null;
        }
        if (_isAborted) return null;
        if (result.Name is { } name)
        {
            var addresses = new SocketEndpoint[name.Addresses.Length];
            for (int i = 0; i < addresses.Length; i++) addresses[i] = SocketEndpoint.FromIP(name.Addresses[i], responder.Url.Address.Port);
            return addresses;
        }
        Log(LogLevel.Error, $"{responder.Host} could not be resolved ({result.Reason})");
        return null;
    }

    private async ValueTask<(Attempt, byte[]?)> AskAsync(SocketEndpoint address, byte[] reply)
    {
        _peer = address.ToString();
        long deadline = worker.Loop.Now + timeout;
        Channel channel = worker.RentChannel();
        _channel = channel;
        try
        {
            int error = -channel.Connect(address, null, isTransparent: false, out _);
            if (error == Errno.EINPROGRESS)
            {
                WaitResult wait = await channel.WaitWritable(timeout);
                if (wait != WaitResult.Ready) return GaveUp(wait);
                error = channel.ConnectError;
            }
            if (error != 0) return Failed($"connect() failed ({Errno.Describe(error)})");
            channel.Send(FormatRequest(), timeout);
            return await ReceiveAsync(channel, reply, deadline);
        }
        finally
        {
            _channel = null;
            channel.Close();
            worker.Return(channel);
        }
    }

    private async ValueTask<(Attempt, byte[]?)> ReceiveAsync(Channel channel, byte[] reply, long deadline)
    {
        ResponseHeadParser parser = worker.RentResponseParser();
        try
        {
            var reader = new OcspReply(parser);
            int received = 0;
            while (true)
            {
                if (received == LargestReply) return Failed("OCSP responder sent too long response");
                int read = channel.Read(reply.AsSpan(received, LargestReply - received));
                if (read == -Errno.EAGAIN)
                {
                    WaitResult wait = await channel.WaitReadable(Math.Max(0, deadline - worker.Loop.Now));
                    if (wait != WaitResult.Ready) return GaveUp(wait);
                    continue;
                }
                if (read < 0) return Failed($"recv() failed ({Errno.Describe(-read)})");
                received += read;
                string? problem = reader.Read(reply.AsSpan(0, received), hasEnded: read == 0);
                if (problem is not null) return Failed(problem);
                if (!reader.IsComplete) continue;
                if (reader.Status == 200) return (Attempt.Answered, reply.AsSpan(0, received)[reader.Body].ToArray());
                // Not the next address: this is the responder's answer, even if none that can be used.
                Log(LogLevel.Error, $"OCSP responder answered with status {reader.Status}");
                return (Attempt.Answered, null);
            }
        }
        finally
        {
            worker.Return(parser);
        }
    }

    // HTTP/1.0, so that the answer ends with the connection or says how long it is, and never comes in chunks.
    private byte[] FormatRequest()
    {
        byte[] base64 = Encoding.ASCII.GetBytes(Convert.ToBase64String(request));
        byte[] escaped = new byte[UriEscaping.EscapedLength(base64, UriEscape.UriComponent)];
        UriEscaping.Escape(base64, UriEscape.UriComponent, escaped);
        string path = responder.Url.Uri.EndsWith('/') ? responder.Url.Uri : responder.Url.Uri + "/";
        return Encoding.Latin1.GetBytes($"GET {path}{Encoding.ASCII.GetString(escaped)} HTTP/1.0\r\nHost: {responder.Host}\r\n\r\n");
    }

    private (Attempt, byte[]?) GaveUp(WaitResult wait) =>
        wait == WaitResult.TimedOut && !_isAborted ? Failed($"OCSP responder timed out ({Errno.Describe(Errno.ETIMEDOUT)})") : (Attempt.Aborted, null);

    private (Attempt, byte[]?) Failed(string problem)
    {
        if (_isAborted) return (Attempt.Aborted, null);
        Log(LogLevel.Error, problem);
        return (Attempt.Failed, null);
    }

    private void Log(LogLevel level, string message) => log.Write(level, message, responder.Host, _peer);
}
