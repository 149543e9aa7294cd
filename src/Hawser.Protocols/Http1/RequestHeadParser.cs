namespace Hawser.Protocols.Http1;

/// <summary>
/// Reads the head of an HTTP/0.9, 1.0 or 1.1 request. It is fed one contiguous span that starts at the message's first
/// byte and grows from call to call; the buffer behind it may move, because everything found is an offset.
/// </summary>
/// <remarks>
/// It accepts and refuses what nginx 1.31 does, byte for byte. Where that differs from RFC 9112:
/// <list type="bullet">
/// <item>line ends before the request line are skipped, and a bare LF ends any line;</item>
/// <item>a method is made of <c>A-Z</c>, <c>-</c> and <c>_</c>;</item>
/// <item>a target without a version is an HTTP/0.9 request, which has no header lines and must be GET;</item>
/// <item>spaces may be repeated before the target and around the version, but not stand inside the target;</item>
/// <item>any byte above space other than DEL may stand in the target.</item>
/// </list>
/// One instance serves a connection's requests one after the other: <see cref="Reset"/> in between. The steady state
/// allocates nothing. Not thread-safe.
/// </remarks>
public sealed class RequestHeadParser
{
    private enum Stage : byte
    {
        RequestLine,
        Headers,
        Complete,
        Rejected,
    }

    private RequestLineScanner _line = new();
    private HeaderLineScanner _header;
    private HeaderFieldList _fields;
    private RequestHeadOptions _options;
    private Stage _stage;
    private int _position;
    private int _bufferEnd;
    private int _largeBuffers;
    private int _headerLines;

    public RequestHeadParser()
        : this(RequestHeadOptions.Default)
    {
    }

    /// <param name="options">The directives of the listener's default server.</param>
    public RequestHeadParser(RequestHeadOptions options)
    {
        _options = options;
        _bufferEnd = options.FirstBufferSize;
    }

    /// <summary>
    /// The directives in force. They may be replaced while a head is being read, as the server block becomes known.
    /// </summary>
    public RequestHeadOptions Options
    {
        get => _options;
        set
        {
            _options = value;
            if (_position == 0)
                _bufferEnd = value.FirstBufferSize;
        }
    }

    /// <summary>Why the head was refused; <see cref="RequestRejection.None"/> otherwise.</summary>
    public RequestRejection Error { get; private set; }

    /// <summary>
    /// Number of bytes of the complete head including its empty line: the body, or the next request, starts here. Before
    /// completion: the number of bytes already understood. After an error: how far it made sense.
    /// </summary>
    public int Consumed => _position;

    /// <summary>
    /// Whether anything but line ends has arrived. While false, the caller should throw all bytes so far away with a
    /// <see cref="Reset"/>: nothing limits how many line ends a client may send. The time it may take for a request begins
    /// with the first byte all the same.
    /// </summary>
    public bool HasStarted => _line.HasStarted;

    /// <summary>Offset of the method: the number of bytes of line ends in front of the request, which nothing counts.</summary>
    public int Start => _line.Start;

    /// <summary><c>$request_length</c> of the head: bytes from the method to the end of the empty line.</summary>
    public int HeadLength => _position - _line.Start;

    /// <summary>Whether everything about the request line is known (method, target, version), with or without the headers.</summary>
    public bool RequestLineComplete => _stage is Stage.Headers or Stage.Complete || _line.End >= 0;

    /// <summary>Bytes of the request line seen so far, without its line end once it is complete.</summary>
    public int RequestLineLength => (_line.End >= 0 ? _line.End : _position) - _line.Start;

    /// <summary>
    /// <c>$request</c>: the request line without its line end. After an error, what there was of it.
    /// </summary>
    public ByteRange RequestLine => new(_line.Start, RequestLineLength);

    public RequestMethod Method => _line.Method;

    /// <summary>The method's name; empty until it is known.</summary>
    public ByteRange MethodName => Range(_line.Start, _line.MethodEnd);

    /// <summary>
    /// <c>$request_uri</c>: the target as sent. For an absolute form the part from the path on, or "/" without one.
    /// </summary>
    public ByteRange Target => Range(_line.TargetStart, _line.TargetEnd);

    /// <summary>What normalisation has to care about; see <see cref="RequestTarget"/>.</summary>
    public TargetFlags TargetFlags => _line.Flags;

    /// <summary>
    /// Whether the path must go through <see cref="RequestTarget.TryNormalize"/>. If not, <see cref="RawPath"/>,
    /// <see cref="RawArgs"/> and <see cref="RawExtension"/> are already final, and the target may be forwarded as it is.
    /// </summary>
    public bool NeedsNormalization => (_line.Flags & (TargetFlags.Complex | TargetFlags.Quoted | TargetFlags.EmptyPath)) != 0;

    /// <summary>The path as sent, up to the query; only if no <see cref="NeedsNormalization"/>.</summary>
    public ByteRange RawPath => Range(_line.TargetStart, _line.ArgsStart >= 0 ? _line.ArgsStart - 1 : _line.TargetEnd);

    /// <summary>
    /// <c>$args</c>: the query as sent, without the question mark; empty if there is none. Only if no
    /// <see cref="NeedsNormalization"/>, which finds it otherwise.
    /// </summary>
    public ByteRange RawArgs => Range(_line.ArgsStart, _line.TargetEnd);

    /// <summary>
    /// The path's file name extension without the dot; empty if there is none. Only if no <see cref="NeedsNormalization"/>.
    /// </summary>
    public ByteRange RawExtension
        => Range(_line.ExtensionStart, _line.ArgsStart >= 0 ? _line.ArgsStart - 1 : _line.TargetEnd);

    /// <summary>The scheme of an absolute-form target; empty for the usual origin form.</summary>
    public ByteRange Scheme => Range(_line.SchemeStart, _line.SchemeEnd);

    /// <summary>
    /// Host and port of an absolute-form target, or the target of CONNECT. It has not been through <see cref="HostName"/>
    /// yet. Check <see cref="HasTargetHost"/>: it may be present and empty.
    /// </summary>
    public ByteRange TargetHost => Range(_line.HostStart, _line.HostEnd);

    public bool HasTargetHost => _line.HostEnd >= 0;

    /// <summary>
    /// <c>$server_protocol</c>: the version as sent, with trailing spaces as nginx keeps them; empty for HTTP/0.9.
    /// </summary>
    public ByteRange Protocol => Range(_line.ProtocolStart, _line.End);

    /// <summary>0 for HTTP/0.9, else 1: any other version has been refused with 505.</summary>
    public int VersionMajor => _line.Major;

    /// <summary>9 for HTTP/0.9, else 0 to 999.</summary>
    public int VersionMinor => _line.Minor;

    /// <summary>An HTTP/0.9 request: no headers, and the answer is a body without a head.</summary>
    public bool IsSimpleRequest => _line.Major == 0;

    /// <summary>Whether the client speaks HTTP/1.1 or a later minor version.</summary>
    public bool IsHttp11 => _line.Major == 1 && _line.Minor >= 1;

    /// <summary>
    /// The fields in the order received, those flagged <see cref="HeaderField.Invalid"/> among them. Valid until
    /// <see cref="Reset"/>.
    /// </summary>
    public ReadOnlySpan<HeaderField> Headers => _fields.Fields;

    /// <summary>Offset of the header line that is being read, or that was refused.</summary>
    public int CurrentHeaderStart => _header.LineStart;

    /// <summary>
    /// After <see cref="RequestRejection.InvalidHeaderLine"/>: the part of the line that nginx logs in front of the
    /// offending byte.
    /// </summary>
    public ByteRange RejectedHeader => Range(_header.LineStart, _header.InvalidAt);

    /// <summary>Whether a field of that name is present.</summary>
    public bool Has(KnownHeader header) => _fields.Contains(header);

    /// <summary>The first field of that name.</summary>
    public bool TryFind(KnownHeader header, out HeaderField field) => _fields.TryFind(header, out field);

    /// <summary>Prepares for the next request, which starts at offset 0 of the next span.</summary>
    public void Reset()
    {
        _line = new RequestLineScanner();
        _header = default;
        _fields.Clear();
        _stage = Stage.RequestLine;
        _position = 0;
        _bufferEnd = _options.FirstBufferSize;
        _largeBuffers = 0;
        _headerLines = 0;
        Error = RequestRejection.None;
    }

    /// <summary>Reads on where the last call stopped.</summary>
    /// <param name="received">All bytes of the message so far, at least as many as in the last call.</param>
    public HeadStatus Parse(ReadOnlySpan<byte> received)
    {
        // nginx parses what fits a buffer before it looks for the next one; heads are judged as if these were the buffers.
        while (true)
        {
            var window = received.Length > _bufferEnd ? received[.._bufferEnd] : received;
            var status = ParseWindow(window);
            if (status != HeadStatus.NeedMore || received.Length < _bufferEnd)
                return status;

            if (!TakeLargeBuffer())
                return Reject(_stage == Stage.RequestLine ? RequestRejection.UriTooLong : RequestRejection.HeaderLineTooLong);
        }
    }

    private HeadStatus ParseWindow(ReadOnlySpan<byte> window)
    {
        if (_stage == Stage.RequestLine)
        {
            switch (_line.Scan(window, ref _position))
            {
                case RequestLineScanner.Outcome.NeedMore:
                    return HeadStatus.NeedMore;
                case RequestLineScanner.Outcome.Rejected:
                    return Reject(_line.Rejection);
            }

            if (IsSimpleRequest)
            {
                _stage = Stage.Complete;
                return HeadStatus.Complete;
            }

            _stage = Stage.Headers;
            _header.LineStart = _position;
        }

        return _stage switch
        {
            Stage.Headers => ParseHeaders(window),
            Stage.Complete => HeadStatus.Complete,
            _ => HeadStatus.Error,
        };
    }

    private HeadStatus ParseHeaders(ReadOnlySpan<byte> window)
    {
        while (true)
        {
            switch (_header.Scan(window, ref _position))
            {
                case HeaderLine.NeedMore:
                    return HeadStatus.NeedMore;

                case HeaderLine.Field:
                    _fields.Add(_header, window, _options.UnderscoresInHeaders);
                    if (_options.IgnoreInvalidHeaders && _fields.Fields[^1].Invalid)
                        break;

                    if (_headerLines++ >= _options.MaxHeaders)
                        return Reject(RequestRejection.TooManyHeaderLines);

                    break;

                case HeaderLine.EndOfBlock:
                    _stage = Stage.Complete;
                    return HeadStatus.Complete;

                default:
                    return Reject(RequestRejection.InvalidHeaderLine);
            }
        }
    }

    /// <summary>
    /// The buffer is full in the middle of the head. nginx moves the unfinished line into a large buffer and reads on; a
    /// line that fills a large buffer, or one buffer too many, ends the request.
    /// </summary>
    private bool TakeLargeBuffer()
    {
        if (_stage == Stage.RequestLine && !_line.HasStarted)
        {
            // Nothing but line ends: nginx starts over with the empty buffer.
            _bufferEnd = _position + _options.FirstBufferSize;
            return true;
        }

        var lineStart = _stage == Stage.RequestLine ? _line.Start : CurrentLineStart;
        if (_position - lineStart >= _options.LargeBufferSize || _largeBuffers >= _options.LargeBufferCount)
            return false;

        _largeBuffers++;
        _bufferEnd = lineStart + _options.LargeBufferSize;
        return true;
    }

    /// <summary>Where the unfinished header line begins; the current position if none of its bytes is here yet.</summary>
    private int CurrentLineStart => _header.IsAtLineStart ? _position : _header.LineStart;

    private HeadStatus Reject(RequestRejection reason)
    {
        _stage = Stage.Rejected;
        Error = reason;
        return HeadStatus.Error;
    }

    private static ByteRange Range(int start, int end) => start < 0 || end < start ? default : ByteRange.Between(start, end);
}
