namespace Hawser.Protocols.Http1;

/// <summary>What <see cref="ChunkedDecoder.Decode"/> found.</summary>
public enum ChunkStatus : byte
{
    /// <summary>All input is used up and the body is not finished.</summary>
    NeedMore,

    /// <summary>A piece of payload; call again for what follows it.</summary>
    Data,

    /// <summary>The body is finished; with kept trailers, the trailer section begins at the next byte.</summary>
    Complete,

    /// <summary>The input is not a chunked body. Every further call says so too.</summary>
    Error,
}

/// <summary>
/// Decodes the chunked transfer coding (RFC 9112 §7.1) piece by piece without copying: payload is reported as ranges of
/// the input. It accepts exactly what nginx 1.31's ngx_http_parse_chunked does: lines end with CR LF and nothing else,
/// extensions and trailers are skipped, a size of 2^59 or more is an error. A default value is ready to decode.
/// </summary>
public struct ChunkedDecoder
{
    /// <summary>nginx refuses a larger size as soon as another byte follows it; this decoder does at once.</summary>
    private const long MaxSize = long.MaxValue / 16;

    private enum State : byte
    {
        SizeStart,
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        LastExtension,
        LastSizeLineFeed,
        TrailerStart,
        TrailerLine,
        TrailerLineFeed,
        EndLineFeed,
        Complete,
        Error,
    }

    private State _state;
    private readonly bool _keepTrailers;

    /// <summary>The size read so far, then what is left of it.</summary>
    private long _size;

    /// <param name="keepTrailers">
    /// Stop in front of the trailer section instead of skipping it; read it with a <see cref="TrailerParser"/>. (nginx:
    /// <c>proxy_pass_trailers</c>.)
    /// </param>
    public ChunkedDecoder(bool keepTrailers)
    {
        _keepTrailers = keepTrailers;
    }

    /// <summary>
    /// Payload bytes of the current chunk that have not been reported yet; 0 between chunks. While it is not 0 the caller
    /// may take up to that many bytes past the decoder and say so with <see cref="Advance"/>.
    /// </summary>
    public readonly long Remaining => _state == State.Data ? _size : 0;

    /// <summary>The body has ended.</summary>
    public readonly bool IsComplete => _state == State.Complete;

    /// <summary>Looks for the next piece of payload.</summary>
    /// <param name="input">Bytes that follow those of the last call; any number.</param>
    /// <param name="payload">The piece found, as a range of <paramref name="input"/>; empty unless the result is Data.</param>
    /// <param name="consumed">
    /// How many bytes of <paramref name="input"/> are dealt with, the payload among them. After Complete the rest belongs
    /// to what follows the body.
    /// </param>
    public ChunkStatus Decode(ReadOnlySpan<byte> input, out ByteRange payload, out int consumed)
    {
        payload = default;
        var i = 0;
        while (i < input.Length || _state >= State.Complete)
        {
            switch (_state)
            {
                case State.Data:
                    var length = (int)Math.Min(_size, input.Length - i);
                    payload = new ByteRange(i, length);
                    consumed = i + length;
                    Advance(length);
                    return ChunkStatus.Data;

                case State.Extension or State.LastExtension or State.TrailerLine:
                    i = SkipLine(input, i);
                    continue;

                case State.Complete:
                    consumed = i;
                    return ChunkStatus.Complete;

                case State.Error:
                    consumed = i;
                    return ChunkStatus.Error;
            }

            _state = Next(input[i++]);
        }

        consumed = i;
        return ChunkStatus.NeedMore;
    }

    /// <summary>Tells the decoder that the caller has taken payload bytes of the current chunk itself.</summary>
    /// <param name="count">At most <see cref="Remaining"/>.</param>
    public void Advance(long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Remaining);
        _size -= count;
        if (_size == 0 && _state == State.Data)
            _state = State.DataReturn;
    }

    private State Next(byte c)
    {
        switch (_state)
        {
            case State.SizeStart:
                _size = AsciiText.HexDigit(c);
                return _size < 0 ? State.Error : State.Size;

            case State.Size:
                return NextInSize(c);

            case State.SizeLineFeed:
                return Expect(c, '\n', State.Data);

            case State.DataReturn:
                return Expect(c, '\r', State.DataLineFeed);

            case State.DataLineFeed:
                return Expect(c, '\n', State.SizeStart);

            case State.LastSizeLineFeed:
                return Expect(c, '\n', _keepTrailers ? State.Complete : State.TrailerStart);

            case State.TrailerStart:
                return c == '\r' ? State.EndLineFeed : c == '\n' ? State.Error : State.TrailerLine;

            case State.TrailerLineFeed:
                return Expect(c, '\n', State.TrailerStart);

            default:
                return Expect(c, '\n', State.Complete);
        }
    }

    private State NextInSize(byte c)
    {
        var digit = AsciiText.HexDigit(c);
        if (digit >= 0)
        {
            _size = (_size * 16) + digit;
            return _size > MaxSize ? State.Error : State.Size;
        }

        var isLast = _size == 0;
        return c switch
        {
            (byte)'\r' => isLast ? State.LastSizeLineFeed : State.SizeLineFeed,
            (byte)';' or (byte)' ' or (byte)'\t' => isLast ? State.LastExtension : State.Extension,
            _ => State.Error,
        };
    }

    /// <summary>Goes to the end of an extension or a trailer line, which only a CR can be.</summary>
    private int SkipLine(ReadOnlySpan<byte> input, int i)
    {
        var run = input[i..].IndexOfAny((byte)'\r', (byte)'\n');
        if (run < 0)
            return input.Length;

        i += run;
        if (input[i] == '\n')
        {
            _state = State.Error;
            return i;
        }

        _state = _state switch
        {
            State.Extension => State.SizeLineFeed,
            State.LastExtension => State.LastSizeLineFeed,
            _ => State.TrailerLineFeed,
        };
        return i + 1;
    }

    private static State Expect(byte c, char wanted, State next) => c == wanted ? next : State.Error;
}
