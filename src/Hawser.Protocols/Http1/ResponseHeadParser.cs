namespace Hawser.Protocols.Http1;

/// <summary>
/// Reads the head of an upstream's response, fed like <see cref="RequestHeadParser"/>: one contiguous span that starts at
/// the message's first byte and grows. It accepts and refuses what nginx 1.31's proxy module does.
/// </summary>
/// <remarks>
/// What does not begin with a status line is taken as an HTTP/0.9 answer, as nginx does: <see cref="IsHttp09"/>, status
/// 200, and every byte from offset 0 is body up to the end of the connection (nginx logs "upstream sent no valid HTTP/1.0
/// header"). Underscores are ordinary in the names of a response, and fields flagged invalid are passed on.
/// The caller bounds the head (<c>proxy_buffer_size</c>): a full buffer and <see cref="HeadStatus.NeedMore"/> means
/// <see cref="ResponseRejection.HeadTooBig"/>. Not thread-safe; the steady state allocates nothing.
/// </remarks>
public sealed class ResponseHeadParser
{
    private enum Stage : byte
    {
        StatusLine,
        Headers,
        Complete,
        Rejected,
    }

    private StatusLineScanner _line;
    private HeaderLineScanner _header = new() { SkipsStatusLines = true };
    private HeaderFieldList _fields;
    private Stage _stage;
    private int _position;

    /// <summary>Why the head was refused; <see cref="ResponseRejection.None"/> otherwise.</summary>
    public ResponseRejection Error { get; private set; }

    /// <summary>Number of bytes of the complete head including its empty line; 0 for an HTTP/0.9 answer.</summary>
    public int Consumed => _position;

    /// <summary>The bytes are no HTTP/1 response but a body without a head.</summary>
    public bool IsHttp09 { get; private set; }

    /// <summary>The status code; 200 for an HTTP/0.9 answer. Three digits, not checked further (0 to 999).</summary>
    public int StatusCode => IsHttp09 ? 200 : _line.Status;

    /// <summary>
    /// The status line from the code on ("404 Not Found"): what nginx passes to the client unless the status is replaced.
    /// </summary>
    public ByteRange StatusText => IsHttp09 || _line.End == 0 ? default : ByteRange.Between(_line.StatusStart, _line.End);

    public int VersionMajor => IsHttp09 ? 0 : _line.Major;

    public int VersionMinor => IsHttp09 ? 9 : _line.Minor;

    /// <summary>Whether the upstream speaks HTTP/1.1 or later; only then can its connection be kept.</summary>
    public bool IsHttp11 => !IsHttp09 && (_line.Major > 1 || (_line.Major == 1 && _line.Minor >= 1));

    /// <summary>
    /// An interim response (1xx other than 101), after which the final one follows. nginx treats 103 so, and every other
    /// one as final.
    /// </summary>
    public bool IsInterim => !IsHttp09 && _line.Status is >= 100 and <= 199 and not 101;

    /// <summary>The fields in the order received. Valid until <see cref="Reset"/>.</summary>
    public ReadOnlySpan<HeaderField> Headers => _fields.Fields;

    /// <summary>
    /// After <see cref="ResponseRejection.InvalidHeaderLine"/>: the part of the line that nginx logs in front of the
    /// offending byte.
    /// </summary>
    public ByteRange RejectedHeader
        => _header.InvalidAt < _header.LineStart ? default : ByteRange.Between(_header.LineStart, _header.InvalidAt);

    /// <summary>Whether a field of that name is present.</summary>
    public bool Has(KnownHeader header) => _fields.Contains(header);

    /// <summary>The first field of that name.</summary>
    public bool TryFind(KnownHeader header, out HeaderField field) => _fields.TryFind(header, out field);

    /// <summary>Prepares for the next response, which starts at offset 0 of the next span.</summary>
    public void Reset()
    {
        _line = default;
        _header = new HeaderLineScanner { SkipsStatusLines = true };
        _fields.Clear();
        _stage = Stage.StatusLine;
        _position = 0;
        IsHttp09 = false;
        Error = ResponseRejection.None;
    }

    /// <summary>Reads on where the last call stopped.</summary>
    /// <param name="received">All bytes of the message so far, at least as many as in the last call.</param>
    public HeadStatus Parse(ReadOnlySpan<byte> received)
    {
        if (_stage == Stage.StatusLine)
        {
            switch (_line.Scan(received, ref _position))
            {
                case HeadStatus.NeedMore:
                    return HeadStatus.NeedMore;

                case HeadStatus.Error:
                    IsHttp09 = true;
                    _position = 0;
                    _stage = Stage.Complete;
                    return HeadStatus.Complete;
            }

            if (_line.Status == 103 && !IsHttp11)
                return Reject(ResponseRejection.EarlyHintsInHttp10);

            _stage = Stage.Headers;
        }

        return _stage switch
        {
            Stage.Headers => ParseHeaders(received),
            Stage.Complete => HeadStatus.Complete,
            _ => HeadStatus.Error,
        };
    }

    private HeadStatus ParseHeaders(ReadOnlySpan<byte> received)
    {
        while (true)
        {
            switch (_header.Scan(received, ref _position))
            {
                case HeaderLine.NeedMore:
                    return HeadStatus.NeedMore;

                case HeaderLine.Field:
                    _fields.Add(_header, received, allowUnderscores: true);
                    break;

                case HeaderLine.EndOfBlock:
                    _stage = Stage.Complete;
                    return HeadStatus.Complete;

                default:
                    return Reject(ResponseRejection.InvalidHeaderLine);
            }
        }
    }

    private HeadStatus Reject(ResponseRejection reason)
    {
        _stage = Stage.Rejected;
        Error = reason;
        return HeadStatus.Error;
    }
}
