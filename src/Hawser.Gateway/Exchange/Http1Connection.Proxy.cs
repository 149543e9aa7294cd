using Hawser.Gateway.Logging;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.ProxyProtocol;

namespace Hawser.Gateway.Exchange;

/// <summary>Step 1: the header of the PROXY protocol, which comes before everything else, a TLS handshake included.</summary>
public sealed partial class Http1Connection
{
    public ProxyHeader? ProxyProtocol { get; private set; }

    /// <summary>
    /// Takes the header, and not a byte more, from the socket. False when there is none, or not within <c>client_header_timeout</c>; such
    /// a connection is closed without a word.
    /// </summary>
    private async ValueTask<bool> ReadProxyHeaderAsync()
    {
        long deadline = _worker.Loop.Now + Listener.Default.Limits.ClientHeaderTimeout;
        WaitResult wait = await _channel.WaitReadable(Listener.Default.Limits.ClientHeaderTimeout);
        while (wait == WaitResult.Ready && !_isEnding)
        {
            switch (TryTakeProxyHeader(out bool hasEnded))
            {
                case ProxyHeaderStatus.Complete:
                    return true;
                case ProxyHeaderStatus.NeedMore when !hasEnded:
                    wait = await _channel.WaitForMore(Math.Max(0, deadline - _worker.Loop.Now));
                    continue;
                default:
                    _ = _channel.Read(_worker.Loop.ReadBuffer); // closing over unread bytes would be a reset
                    return false;
            }
        }
        if (wait == WaitResult.TimedOut)
        {
            this.LogError(LogLevel.Info, $"client timed out ({Errno.Describe(Errno.ETIMEDOUT)}) while reading PROXY protocol");
        }
        return false;
    }

    private ProxyHeaderStatus TryTakeProxyHeader(out bool hasEnded)
    {
        Span<byte> buffer = _worker.Loop.ReadBuffer.AsSpan(0, ProxyHeaderParser.MaximumLength);
        int seen = _channel.Peek(buffer);
        hasEnded = seen == 0 || seen < 0 && seen != -Errno.EAGAIN || _channel.PeerClosed;
        if (seen <= 0) return ProxyHeaderStatus.NeedMore;
        buffer = buffer[..seen];
        ProxyHeaderStatus status = ProxyHeaderParser.Parse(buffer, out int length, out ProxyHeader? header);
        if (status == ProxyHeaderStatus.Complete)
        {
            _ = _channel.Read(buffer[..length]);
            ProxyProtocol = header;
        }
        else if (status != ProxyHeaderStatus.NeedMore || hasEnded) ReportProxyHeader(status, buffer);
        return status;
    }

    private void ReportProxyHeader(ProxyHeaderStatus status, ReadOnlySpan<byte> received)
    {
        switch (status)
        {
            case ProxyHeaderStatus.UnknownVersion:
                this.LogError(LogLevel.Error, $"unknown PROXY protocol version: {received[12] >> 4} while reading PROXY protocol");
                break;
            case ProxyHeaderStatus.TooLarge:
                this.LogError(LogLevel.Error, "header is too large while reading PROXY protocol");
                break;
            case ProxyHeaderStatus.Truncated:
                this.LogError(LogLevel.Error, "header is too short for its addresses while reading PROXY protocol");
                break;
            default:
                int end = received.IndexOfAny((byte)'\r', (byte)'\n');
                string line = System.Text.Encoding.Latin1.GetString(end < 0 ? received : received[..end]);
                this.LogError(LogLevel.Error, $"broken header: \"{line}\" while reading PROXY protocol");
                break;
        }
    }
}
