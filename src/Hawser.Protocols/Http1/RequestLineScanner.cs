namespace Hawser.Protocols.Http1;

/// <summary>What the request line says about its target, before the target is normalised.</summary>
[Flags]
public enum TargetFlags : byte
{
    None = 0,

    /// <summary>The path holds <c>//</c>, a segment that begins with a dot, or a <c>#</c>: it may change when normalised.</summary>
    Complex = 1,

    /// <summary>The path holds a percent sign.</summary>
    Quoted = 2,

    /// <summary>The path holds a literal plus sign.</summary>
    Plus = 4,

    /// <summary>Absolute form with a query and no path (<c>http://host?args</c>): the path is "/".</summary>
    EmptyPath = 8,
}

/// <summary>
/// Reads a request line and can stop after any byte. It accepts and refuses exactly what nginx's
/// ngx_http_parse_request_line does: see the notes on <see cref="RequestHeadParser"/>. The four phases are in the order
/// of the line: method, authority (only of an absolute-form or CONNECT target), path and query, version.
/// </summary>
internal partial struct RequestLineScanner
{
    private const int Missing = -1;

    // Phases are contiguous, in this order: ScanMethod, ScanAuthority, ScanPath, ScanVersion.
    private enum State : byte
    {
        Start,
        Method,
        SpacesBeforeTarget,

        Scheme,
        SchemeSlash,
        SchemeSlashSlash,
        SpacesBeforeHost,
        HostStart,
        Host,
        HostEnd,
        IpLiteral,
        PortStart,
        Port,

        AfterSlash,
        Path,
        Query,

        BeforeVersion,
        VersionH,
        VersionHT,
        VersionHTT,
        VersionHTTP,
        FirstMajorDigit,
        MajorDigit,
        FirstMinorDigit,
        MinorDigit,
        SpacesAfterVersion,
        AlmostDone,
    }

    /// <summary>Why a scan stopped.</summary>
    internal enum Outcome : byte
    {
        NeedMore,
        Complete,
        Rejected,

        /// <summary>This phase is over, go on with the next.</summary>
        NextPhase,
    }

    private State _state;
    private int _major;

    /// <summary>Offset of the method: line ends before it are skipped.</summary>
    public int Start;

    public int MethodEnd;
    public int SchemeStart;
    public int SchemeEnd;
    public int HostStart;
    public int HostEnd;
    public int TargetStart;
    public int TargetEnd;
    public int ArgsStart;
    public int ExtensionStart;
    public int ProtocolStart;
    public int End;
    public int Minor;
    public RequestMethod Method;
    public TargetFlags Flags;
    public RequestRejection Rejection;

    public RequestLineScanner()
    {
        MethodEnd = SchemeStart = SchemeEnd = HostStart = HostEnd = TargetStart = TargetEnd = Missing;
        ArgsStart = ExtensionStart = ProtocolStart = End = Missing;
    }

    public readonly int Major => _major;

    /// <summary>Whether a byte of the line itself has been seen, not only line ends before it.</summary>
    public readonly bool HasStarted => _state != State.Start;

    /// <summary>Goes on at <paramref name="position"/> and leaves it after the last byte understood.</summary>
    public Outcome Scan(ReadOnlySpan<byte> s, ref int position)
    {
        if (_state == State.Start)
            SkipCommonStart(s, ref position);

        while (position < s.Length)
        {
            var outcome = _state switch
            {
                <= State.SpacesBeforeTarget => ScanMethod(s, ref position),
                <= State.Port => ScanAuthority(s, ref position),
                <= State.Query => ScanPath(s, ref position),
                _ => ScanVersion(s, ref position),
            };
            if (outcome != Outcome.NextPhase)
                return outcome == Outcome.Complete ? Finish() : outcome;
        }

        return Outcome.NeedMore;
    }

    /// <summary>Most requests begin so; the state machine takes it from the path.</summary>
    private void SkipCommonStart(ReadOnlySpan<byte> s, ref int position)
    {
        if (!s[position..].StartsWith("GET /"u8))
            return;

        Start = position;
        MethodEnd = position + 3;
        TargetStart = position + 4;
        Method = RequestMethod.Get;
        position += 5;
        _state = State.AfterSlash;
    }

    private Outcome ScanMethod(ReadOnlySpan<byte> s, ref int i)
    {
        while (i < s.Length)
        {
            var c = s[i];
            switch (_state)
            {
                case State.Start:
                    Start = i;
                    if (c is (byte)'\r' or (byte)'\n')
                        break;

                    if (!IsMethodByte(c))
                        return Reject(RequestRejection.InvalidMethod);

                    _state = State.Method;
                    break;

                case State.Method:
                    if (c == ' ')
                    {
                        MethodEnd = i;
                        Method = RequestMethods.Find(s[Start..i]);
                        _state = Method == RequestMethod.Connect ? State.SpacesBeforeHost : State.SpacesBeforeTarget;
                        if (_state == State.SpacesBeforeHost)
                        {
                            i++;
                            return Outcome.NextPhase;
                        }

                        break;
                    }

                    if (!IsMethodByte(c))
                        return Reject(RequestRejection.InvalidMethod);

                    break;

                case State.SpacesBeforeTarget:
                    if (c == '/')
                    {
                        TargetStart = i++;
                        _state = State.AfterSlash;
                        return Outcome.NextPhase;
                    }

                    if (IsLetter(c))
                    {
                        SchemeStart = i++;
                        _state = State.Scheme;
                        return Outcome.NextPhase;
                    }

                    if (c != ' ')
                        return Reject(RequestRejection.InvalidRequestLine);

                    break;
            }

            i++;
        }

        return Outcome.NeedMore;
    }

    private Outcome Finish()
    {
        // A request without a version is HTTP/0.9, which has no other method than GET.
        return _major == 0 && Method != RequestMethod.Get
            ? Reject(RequestRejection.InvalidSimpleRequestMethod)
            : Outcome.Complete;
    }

    private Outcome Reject(RequestRejection rejection)
    {
        Rejection = rejection;
        return Outcome.Rejected;
    }

    private static bool IsMethodByte(byte c) => c is >= (byte)'A' and <= (byte)'Z' or (byte)'_' or (byte)'-';

    private static bool IsLetter(byte c) => (c | 0x20) is >= 'a' and <= 'z';

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
}
