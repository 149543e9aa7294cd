using System.Buffers;

namespace Hawser.Protocols.Http1;

/// <summary>The third phase: path and query. It only looks for what would make normalisation necessary.</summary>
internal partial struct RequestLineScanner
{
    private static readonly SearchValues<byte> PathStops = SearchValues.Create(ControlBytesAnd(" #%+./?\u007f"u8));

    private static readonly SearchValues<byte> QueryStops = SearchValues.Create(ControlBytesAnd(" #\u007f"u8));

    private static byte[] ControlBytesAnd(ReadOnlySpan<byte> others)
    {
        var bytes = new byte[0x20 + others.Length];
        for (var i = 0; i < 0x20; i++)
            bytes[i] = (byte)i;

        others.CopyTo(bytes.AsSpan(0x20));
        return bytes;
    }

    private Outcome ScanPath(ReadOnlySpan<byte> s, ref int i)
    {
        while (i < s.Length)
        {
            // Right after a slash a dot or a second slash makes the path complex; further on, '.' starts an extension.
            var afterSlash = _state == State.AfterSlash;
            var run = s[i..].IndexOfAny(_state == State.Query ? QueryStops : PathStops);
            if (run != 0)
            {
                if (afterSlash)
                    _state = State.Path;

                if (run < 0)
                {
                    i = s.Length;
                    return Outcome.NeedMore;
                }

                afterSlash = false;
                i += run;
            }

            var c = s[i++];
            switch (c)
            {
                case (byte)'/':
                    if (afterSlash)
                    {
                        Flags |= TargetFlags.Complex;
                        _state = State.Query;
                        break;
                    }

                    ExtensionStart = Missing;
                    _state = State.AfterSlash;
                    break;

                case (byte)'.':
                    if (afterSlash)
                    {
                        Flags |= TargetFlags.Complex;
                        _state = State.Query;
                        break;
                    }

                    ExtensionStart = i;
                    break;

                case (byte)'%':
                    Flags |= TargetFlags.Quoted;
                    _state = State.Query;
                    break;

                case (byte)'+':
                    Flags |= TargetFlags.Plus;
                    break;

                case (byte)'?':
                    ArgsStart = i;
                    _state = State.Query;
                    break;

                case (byte)'#':
                    Flags |= TargetFlags.Complex;
                    _state = State.Query;
                    break;

                default:
                    return EndTarget(c, i - 1);
            }
        }

        return Outcome.NeedMore;
    }

    /// <summary>A space ends the target; a line end makes it an HTTP/0.9 request; any other control character is an error.</summary>
    private Outcome EndTarget(byte c, int at)
    {
        TargetEnd = at;
        switch (c)
        {
            case (byte)' ':
                _state = State.BeforeVersion;
                return Outcome.NextPhase;

            case (byte)'\r':
                Minor = 9;
                _state = State.AlmostDone;
                return Outcome.NextPhase;

            case (byte)'\n':
                Minor = 9;
                End = at;
                return Outcome.Complete;

            default:
                return Reject(RequestRejection.InvalidRequestLine);
        }
    }
}
