namespace Hawser.Protocols.Http1;

/// <summary>
/// What a complete request head says about body, host and connection, with nginx 1.31's refusals. A head must be refused
/// rather than guessed at wherever two readers could disagree about where the message ends (request smuggling).
/// </summary>
public struct RequestFraming
{
    /// <summary>How the body ends; never <see cref="BodyFraming.UntilClose"/>.</summary>
    public BodyFraming Body { get; private set; }

    /// <summary>The value of Content-Length, or -1 if there is none (also for a chunked body).</summary>
    public long ContentLength { get; private set; }

    /// <summary>
    /// Whether the client allows another request on this connection. The last Connection field that contains "close" or
    /// "keep-alive" decides ("close" wins within a field); without one, HTTP/1.1 does and HTTP/1.0 does not.
    /// </summary>
    public bool KeepAlive { get; private set; }

    /// <summary>The client waits for <c>100 Continue</c> before it sends the body.</summary>
    public bool ExpectsContinue { get; private set; }

    /// <summary>
    /// Where the host's name is, port and trailing dot included: in the target if that is in absolute form, else in the
    /// Host header. Check <see cref="HasHost"/>.
    /// </summary>
    public ByteRange HostSource { get; private set; }

    /// <summary>The host's name and port, relative to the start of <see cref="HostSource"/>.</summary>
    public HostName Host { get; private set; }

    /// <summary>How many fields were looked at: after a rejection, the last of them is the one that was refused.</summary>
    public int FieldsRead { get; private set; }

    /// <summary>False only for HTTP/1.0 and 0.9 requests that name no host.</summary>
    public readonly bool HasHost => Host.Length > 0;

    /// <summary>
    /// Checks a head and decides its framing. The checks come in nginx's order: the host in the target, each line for itself,
    /// then the head as a whole.
    /// </summary>
    /// <param name="head">The parser, after <see cref="HeadStatus.Complete"/>.</param>
    /// <param name="message">The span it was fed with.</param>
    /// <param name="framing">The decision; after a rejection, what was known up to there.</param>
    public static RequestRejection Decide(RequestHeadParser head, ReadOnlySpan<byte> message, out RequestFraming framing)
    {
        framing = new RequestFraming { ContentLength = -1, KeepAlive = head.IsHttp11 };

        if (head.HasTargetHost && !framing.TryTakeHost(head.TargetHost, message))
            return RequestRejection.InvalidTargetHost;

        var seen = default(SeenFields);
        var rejection = framing.ReadFields(head, message, ref seen);
        if (rejection == RequestRejection.None && !head.IsSimpleRequest)
            rejection = framing.JudgeWhole(head, message, seen);

        return rejection;
    }

    /// <summary>The fields that may be there once and that the head as a whole is judged by; -1 is "not there".</summary>
    private struct SeenFields
    {
        public ulong Unique;
        public bool HasHost;
        public bool HasContentLength;
        public bool HasTransferEncoding;
        public ByteRange ContentLength;
        public ByteRange TransferEncoding;
    }

    private RequestRejection ReadFields(RequestHeadParser head, ReadOnlySpan<byte> message, ref SeenFields seen)
    {
        foreach (ref readonly var field in head.Headers)
        {
            FieldsRead++;
            switch (field.Known)
            {
                case KnownHeader.Unknown:
                    continue;

                case KnownHeader.Host:
                    if (seen.HasHost)
                        return RequestRejection.DuplicateHost;

                    seen.HasHost = true;

                    // The target's host wins (RFC 9112 §3.2.2), but the field must be valid all the same.
                    if (!(HasHost ? HostName.TryParse(field.Value.Of(message), out _) : TryTakeHost(field.Value, message)))
                        return RequestRejection.InvalidHost;

                    continue;

                case KnownHeader.Connection:
                    ReadConnection(field.Value.Of(message));
                    continue;

                case KnownHeader.ContentLength:
                    seen.HasContentLength = true;
                    seen.ContentLength = field.Value;
                    break;

                case KnownHeader.TransferEncoding:
                    seen.HasTransferEncoding = true;
                    seen.TransferEncoding = field.Value;
                    break;

                case KnownHeader.Expect:
                    ExpectsContinue = head.IsHttp11 && AsciiText.EqualsIgnoreCase(field.Value.Of(message), "100-continue"u8);
                    break;
            }

            var bit = UniqueBit(field.Known);
            if ((seen.Unique & bit) != 0)
                return RequestRejection.DuplicateHeader;

            seen.Unique |= bit;
        }

        return RequestRejection.None;
    }

    private RequestRejection JudgeWhole(RequestHeadParser head, ReadOnlySpan<byte> message, in SeenFields seen)
    {
        if (!seen.HasHost && head.IsHttp11)
            return RequestRejection.MissingHost;

        if (seen.HasContentLength)
        {
            if (!AsciiText.TryParseInt64(seen.ContentLength.Of(message), out var length))
                return RequestRejection.InvalidContentLength;

            ContentLength = length;
            Body = length > 0 ? BodyFraming.Sized : BodyFraming.None;
        }

        if (seen.HasTransferEncoding)
        {
            if (!head.IsHttp11)
                return RequestRejection.TransferEncodingInHttp10;

            if (!AsciiText.EqualsIgnoreCase(seen.TransferEncoding.Of(message), "chunked"u8))
                return RequestRejection.UnknownTransferEncoding;

            if (seen.HasContentLength)
                return RequestRejection.ContentLengthWithTransferEncoding;

            Body = BodyFraming.Chunked;
        }

        return head.Method switch
        {
            RequestMethod.Connect => RequestRejection.ConnectNotAllowed,
            RequestMethod.Trace => RequestRejection.TraceNotAllowed,
            _ => RequestRejection.None,
        };
    }

    private bool TryTakeHost(ByteRange source, ReadOnlySpan<byte> message)
    {
        if (!HostName.TryParse(source.Of(message), out var host))
            return false;

        HostSource = source;
        Host = host;
        return true;
    }

    private void ReadConnection(ReadOnlySpan<byte> value)
    {
        // nginx looks for the words anywhere in the value, not for tokens.
        if (AsciiText.IndexOfIgnoreCase(value, "close"u8) >= 0)
            KeepAlive = false;
        else if (AsciiText.IndexOfIgnoreCase(value, "keep-alive"u8) >= 0)
            KeepAlive = true;
    }

    /// <summary>A bit for each field that nginx allows once in a request; 0 for the others.</summary>
    private static ulong UniqueBit(KnownHeader header) => header switch
    {
        KnownHeader.ContentLength => 1 << 0,
        KnownHeader.TransferEncoding => 1 << 1,
        KnownHeader.Expect => 1 << 2,
        KnownHeader.IfModifiedSince => 1 << 3,
        KnownHeader.IfUnmodifiedSince => 1 << 4,
        KnownHeader.IfMatch => 1 << 5,
        KnownHeader.IfNoneMatch => 1 << 6,
        KnownHeader.IfRange => 1 << 7,
        KnownHeader.ContentRange => 1 << 8,
        KnownHeader.Authorization => 1 << 9,
        KnownHeader.ProxyAuthorization => 1 << 10,
        _ => 0,
    };
}
