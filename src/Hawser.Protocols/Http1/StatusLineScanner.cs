namespace Hawser.Protocols.Http1;

/// <summary>
/// Reads the status line of a response and can stop after any byte. It accepts exactly what nginx's
/// ngx_http_parse_status_line does: <c>"HTTP/" 1*3DIGIT "." 1*3DIGIT SP *SP 3DIGIT [(SP / ".") text] (CR LF | LF)</c>.
/// </summary>
internal struct StatusLineScanner
{
    private enum State : byte
    {
        H,
        HT,
        HTT,
        HTTP,
        Slash,
        FirstMajorDigit,
        MajorDigit,
        FirstMinorDigit,
        MinorDigit,
        Status,
        AfterStatus,
        Text,
        AlmostDone,
    }

    private State _state;
    private byte _digits;

    public int Major;
    public int Minor;
    public int Status;

    /// <summary>Offset of the status code, where the text for <c>$upstream_status</c> and the client begins.</summary>
    public int StatusStart;

    /// <summary>Offset of the line end.</summary>
    public int End;

    /// <summary>Goes on at <paramref name="position"/>; an error means that this is no HTTP response at all.</summary>
    public HeadStatus Scan(ReadOnlySpan<byte> s, ref int position)
    {
        var i = position;
        if (i == 0 && s.StartsWith("HTTP/1.1 "u8))
        {
            Major = 1;
            Minor = 1;
            i = 9;
            _state = State.Status;
        }

        while (i < s.Length)
        {
            var c = s[i];
            switch (_state)
            {
                case <= State.Slash:
                    if (c != "HTTP/"u8[(int)_state])
                        return HeadStatus.Error;

                    _state++;
                    break;

                case State.FirstMajorDigit or State.FirstMinorDigit or State.MajorDigit or State.MinorDigit:
                    if (!ScanVersionByte(c))
                        return HeadStatus.Error;

                    break;

                case State.Status:
                    if (c == ' ')
                        break;

                    if (!IsDigit(c))
                        return HeadStatus.Error;

                    Status = (Status * 10) + (c - '0');
                    if (++_digits == 3)
                    {
                        StatusStart = i - 2;
                        _state = State.AfterStatus;
                    }

                    break;

                case State.AfterStatus:
                    // IIS sends sub-statuses: "403.1".
                    if (c is (byte)' ' or (byte)'.')
                    {
                        _state = State.Text;
                        break;
                    }

                    if (c is not ((byte)'\r' or (byte)'\n'))
                        return HeadStatus.Error;

                    goto case State.Text;

                case State.Text:
                    var length = s[i..].IndexOfAny((byte)'\r', (byte)'\n');
                    if (length < 0)
                    {
                        position = s.Length;
                        return HeadStatus.NeedMore;
                    }

                    i += length;
                    End = i;
                    if (s[i] == '\n')
                    {
                        position = i + 1;
                        return HeadStatus.Complete;
                    }

                    _state = State.AlmostDone;
                    break;

                case State.AlmostDone:
                    if (c != '\n')
                        return HeadStatus.Error;

                    position = i + 1;
                    return HeadStatus.Complete;
            }

            i++;
        }

        position = i;
        return HeadStatus.NeedMore;
    }

    private bool ScanVersionByte(byte c)
    {
        switch (_state)
        {
            case State.FirstMajorDigit:
                _state = State.MajorDigit;
                Major = c - '0';
                return c is >= (byte)'1' and <= (byte)'9';

            case State.MajorDigit when c == '.':
                _state = State.FirstMinorDigit;
                return true;

            case State.MajorDigit:
                var major = Major;
                Major = (major * 10) + (c - '0');
                return IsDigit(c) && major <= 99;

            case State.FirstMinorDigit:
                _state = State.MinorDigit;
                Minor = c - '0';
                return IsDigit(c);

            case State.MinorDigit when c == ' ':
                _state = State.Status;
                return true;

            default:
                var minor = Minor;
                Minor = (minor * 10) + (c - '0');
                return IsDigit(c) && minor <= 99;
        }
    }

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
}
