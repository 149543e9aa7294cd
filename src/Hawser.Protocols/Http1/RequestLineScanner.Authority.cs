using System.Buffers;

namespace Hawser.Protocols.Http1;

/// <summary>The second phase: the scheme and authority of an absolute-form target, or the target of CONNECT.</summary>
internal partial struct RequestLineScanner
{
    // unreserved, sub-delims and ":" of RFC 3986 §3.2.2, as nginx takes them between the brackets of an IP literal.
    private static readonly SearchValues<byte> IpLiteralBytes =
        SearchValues.Create(":-._~!$&'()*+,;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private Outcome ScanAuthority(ReadOnlySpan<byte> s, ref int i)
    {
        while (i < s.Length)
        {
            var c = s[i];
            switch (_state)
            {
                case State.Scheme:
                    if (IsLetter(c) || IsDigit(c) || c is (byte)'+' or (byte)'-' or (byte)'.')
                        break;

                    if (c != ':')
                        return Reject(RequestRejection.InvalidRequestLine);

                    SchemeEnd = i;
                    _state = State.SchemeSlash;
                    break;

                case State.SchemeSlash:
                case State.SchemeSlashSlash:
                    if (c != '/')
                        return Reject(RequestRejection.InvalidRequestLine);

                    _state++;
                    if (_state == State.SpacesBeforeHost)
                        _state = State.HostStart;

                    break;

                case State.SpacesBeforeHost:
                    if (c == ' ')
                        break;

                    goto case State.HostStart;

                case State.HostStart:
                    HostStart = i;
                    if (c == '[')
                    {
                        _state = State.IpLiteral;
                        break;
                    }

                    _state = State.Host;
                    goto case State.Host;

                case State.Host:
                    if (IsLetter(c) || IsDigit(c) || c is (byte)'.' or (byte)'-')
                        break;

                    goto case State.HostEnd;

                case State.HostEnd:
                    if (c == ':')
                    {
                        _state = State.PortStart;
                        break;
                    }

                    // CONNECT needs a port (RFC 9110 §9.3.6).
                    return Method == RequestMethod.Connect ? Reject(RequestRejection.InvalidRequestLine) : EndAuthority(c, ref i);

                case State.IpLiteral:
                    if (c == ']')
                        _state = State.HostEnd;
                    else if (!IpLiteralBytes.Contains(c))
                        return Reject(RequestRejection.InvalidRequestLine);

                    break;

                case State.PortStart:
                    if (!IsDigit(c) && Method == RequestMethod.Connect)
                        return Reject(RequestRejection.InvalidRequestLine);

                    _state = State.Port;
                    goto case State.Port;

                case State.Port:
                    if (IsDigit(c))
                        break;

                    return EndAuthority(c, ref i);
            }

            i++;
        }

        return Outcome.NeedMore;
    }

    /// <summary>The byte after host and port decides what the target is.</summary>
    private Outcome EndAuthority(byte c, ref int i)
    {
        HostEnd = i++;
        switch (c)
        {
            case (byte)'/' when Method != RequestMethod.Connect:
                TargetStart = i - 1;
                _state = State.AfterSlash;
                return Outcome.NextPhase;

            case (byte)'?' when Method != RequestMethod.Connect:
                TargetStart = i - 1;
                ArgsStart = i;
                Flags |= TargetFlags.EmptyPath;
                _state = State.Query;
                return Outcome.NextPhase;

            case (byte)' ':
                // No path: the target is "/", and the first slash of "://" is one inside the message. A CONNECT request
                // borrows the slash of "HTTP/" instead, once that has been read.
                if (Method != RequestMethod.Connect)
                {
                    TargetStart = SchemeEnd + 1;
                    TargetEnd = SchemeEnd + 2;
                }

                _state = State.BeforeVersion;
                return Outcome.NextPhase;

            default:
                return Reject(RequestRejection.InvalidRequestLine);
        }
    }
}
