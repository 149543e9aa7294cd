using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Hawser.Testing;

/// <summary>One connection to a <see cref="ScriptedBackend"/>.</summary>
public sealed class BackendConnection
{
    private static readonly TimeSpan s_politeness = TimeSpan.FromSeconds(1);

    private readonly Wire _wire;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Func<bool, BackendReply> _nextReply;
    private readonly CancellationToken _stop;
    private readonly List<byte> _received = [];
    private readonly Channel<bool> _arrivals = Channel.CreateUnbounded<bool>();
    private int _taken;
    private bool _closing;
    private bool _resetting;

    internal BackendConnection(Wire wire, SslServerAuthenticationOptions? tls, Func<bool, BackendReply> nextReply, CancellationToken stop)
    {
        _wire = wire;
        _tls = tls;
        _nextReply = nextReply;
        _stop = stop;
    }

    /// <summary>How the gateway left the connection; Open when it has not, or when the script closed first.</summary>
    public ConnectionState State { get; private set; }

    /// <summary>Whether nothing more can happen on the connection.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What TLS has agreed upon, the name that the gateway asked for included; null on a plain connection.</summary>
    public string? TlsAgreement { get; private set; }

    /// <summary>Why TLS failed; null where it did not.</summary>
    public string? TlsFailure => _wire.Failure;

    /// <summary>Whether the gateway has said close_notify.</summary>
    public bool PeerSaidGoodbye => _wire.PeerSaidGoodbye;

    /// <summary>Number of requests that were answered.</summary>
    public int Requests { get; private set; }

    /// <summary>Whether the script has begun to send back what comes.</summary>
    public bool IsTunnel { get; private set; }

    /// <summary>Everything received, one character for each byte.</summary>
    public string Received
    {
        get
        {
            lock (_received)
                return Bytes.ToText(CollectionsMarshal.AsSpan(_received));
        }
    }

    internal async Task RunAsync()
    {
        if (await StartTlsAsync())
            await ServeAsync();
        _wire.Dispose();
        IsOver = true;
    }

    /// <returns>False when nothing can follow.</returns>
    private async Task<bool> StartTlsAsync()
    {
        if (_tls is null)
            return true;
        try
        {
            await _wire.AcceptTlsAsync(_tls, _stop);
            TlsAgreement = $"{_wire.Agreement} asked for <{_wire.ServerName}>";
            return true;
        }
        catch (SocketException)
        {
            State = _wire.Failure is null ? ConnectionState.Reset : ConnectionState.Closed;
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }

        return false;
    }

    private async Task ServeAsync()
    {
        var receiving = ReceiveAllAsync();
        try
        {
            while (await AnswerAsync())
                Requests++;
            await LingerAsync(receiving);
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The gateway may break a connection at any time; State says how.
        }

        _closing = true;
        _wire.Dispose();
        await receiving;
    }

    // Closed with unread bytes, or before the last of them arrive, a socket would send a reset instead of an end.
    private async Task LingerAsync(Task receiving)
    {
        if (!_closing)
            await receiving;
        else if (!_resetting)
            await Task.WhenAny(receiving, Task.Delay(s_politeness, _stop));
    }

    /// <returns>False when the connection is over.</returns>
    private async Task<bool> AnswerAsync()
    {
        int length;
        while ((length = ArrivedLength(_nextReply(false).After)) < 0)
        {
            if (!await _arrivals.Reader.WaitToReadAsync(_stop) || !_arrivals.Reader.TryRead(out _))
                return false;
        }

        var request = Received.Substring(_taken, length);
        _taken += length;
        var reply = _nextReply(true);
        foreach (var step in reply.StepsFor(request))
        {
            if (!await DoAsync(step))
                return false;
        }

        return reply.After == RequestPart.Body;
    }

    /// <returns>False when nothing may follow on the connection.</returns>
    private async Task<bool> DoAsync(BackendStep step)
    {
        switch (step)
        {
            case BackendStep.Send send:
                await _wire.SendAsync(Bytes.FromText(send.Text), _stop);
                return true;
            case BackendStep.Pause pause:
                await Task.Delay(pause.Time, _stop);
                return true;
            case BackendStep.Expect expect:
                while (Available < expect.Count && await _arrivals.Reader.WaitToReadAsync(_stop))
                    _arrivals.Reader.TryRead(out _);
                _taken += Math.Min(Available, expect.Count);
                return true;
            case BackendStep.Echo:
                await EchoAsync();
                return false;
            case BackendStep.EndSending:
                await _wire.SayGoodbyeAsync();
                _wire.EndSending();
                return true;
            case BackendStep.SayGoodbye:
                await _wire.SayGoodbyeAsync();
                return true;
            case BackendStep.Hang:
                return false;
            case BackendStep.Reset:
                _wire.LingerWithReset();
                _closing = _resetting = true;
                return false;
            case BackendStep.Close:
                _closing = true;
                await _wire.SayGoodbyeAsync();
                _wire.EndSending();
                return false;
            case BackendStep.Cut:
                _closing = true;
                _wire.EndSending();
                return false;
            default:
                throw new NotSupportedException(step.ToString());
        }
    }

    private async Task EchoAsync()
    {
        IsTunnel = true;
        do
        {
            while (_arrivals.Reader.TryRead(out _))
            {
                // Only the newest state counts.
            }

            string news;
            lock (_received)
            {
                news = Received[_taken..];
                _taken += news.Length;
            }

            if (news.Length > 0)
                await _wire.SendAsync(Bytes.FromText(news), _stop);
        }
        while (await _arrivals.Reader.WaitToReadAsync(_stop));
        await _wire.SayGoodbyeAsync();
        _wire.EndSending();
    }

    private int Available
    {
        get
        {
            lock (_received)
                return _received.Count - _taken;
        }
    }

    private async Task ReceiveAllAsync()
    {
        var buffer = new byte[65536];
        try
        {
            int count;
            while ((count = await _wire.ReceiveAsync(buffer, _stop)) > 0)
            {
                lock (_received)
                    _received.AddRange(buffer.AsSpan(0, count));
                _arrivals.Writer.TryWrite(true);
            }

            if (!_closing)
                State = ConnectionState.Closed;
        }
        catch (SocketException) when (!_closing)
        {
            State = ConnectionState.Reset;
        }
        catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Ended by this side.
        }

        _arrivals.Writer.Complete();
    }

    /// <returns>Length of the next request as far as it is asked for; -1 when that much has not arrived.</returns>
    private int ArrivedLength(RequestPart part)
    {
        if (part == RequestPart.Nothing)
            return 0;
        var text = Received[_taken..];
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return -1;
        var head = text[..(end + 2)];
        var body = part == RequestPart.Head ? 0 : BodyLength(head, text[(end + 4)..]);
        return body < 0 ? -1 : end + 4 + body;
    }

    private static int BodyLength(string head, string rest)
    {
        if (Header(head, "Transfer-Encoding") is { } encoding && encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            var last = rest.StartsWith("0\r\n\r\n", StringComparison.Ordinal) ? 0 : rest.IndexOf("\r\n0\r\n\r\n", StringComparison.Ordinal) + 2;
            return last is 0 && rest.StartsWith('0') || last >= 2 ? last + 5 : -1;
        }

        var length = int.TryParse(Header(head, "Content-Length"), CultureInfo.InvariantCulture, out var n) ? n : 0;
        return rest.Length >= length ? length : -1;
    }

    private static string? Header(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        at += name.Length + 3;
        return head[at..head.IndexOf('\r', at)].Trim();
    }
}
