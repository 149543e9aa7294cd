namespace Hawser.Protocols.Http1;

/// <summary>The last phase: the version, if there is one, and the end of the line.</summary>
internal partial struct RequestLineScanner
{
    private Outcome ScanVersion(ReadOnlySpan<byte> s, ref int i)
    {
        if (_state == State.BeforeVersion)
            SkipCommonVersion(s, ref i);

        while (i < s.Length)
        {
            var c = s[i];
            switch (_state)
            {
                case State.BeforeVersion:
                    if (c == 'H')
                    {
                        ProtocolStart = i;
                        _state = State.VersionH;
                        break;
                    }

                    if (c is (byte)'\r' or (byte)'\n')
                        Minor = 9;

                    goto case State.SpacesAfterVersion;

                case State.VersionH:
                case State.VersionHT:
                case State.VersionHTT:
                case State.VersionHTTP:
                    if (c != "TTP/"u8[_state - State.VersionH])
                        return Reject(RequestRejection.InvalidRequestLine);

                    if (c == '/' && Method == RequestMethod.Connect)
                    {
                        TargetStart = i;
                        TargetEnd = i + 1;
                    }

                    _state++;
                    break;

                case State.FirstMajorDigit:
                    if (c == '0')
                        return Reject(RequestRejection.InvalidRequestLine);

                    _state = State.MajorDigit;
                    goto case State.MajorDigit;

                case State.MajorDigit:
                    if (c == '.' && _major > 0)
                    {
                        _state = State.FirstMinorDigit;
                        break;
                    }

                    if (!IsDigit(c))
                        return Reject(RequestRejection.InvalidRequestLine);

                    _major = (_major * 10) + (c - '0');
                    if (_major > 1)
                        return Reject(RequestRejection.UnsupportedVersion);

                    break;

                case State.FirstMinorDigit:
                    if (!IsDigit(c))
                        return Reject(RequestRejection.InvalidRequestLine);

                    Minor = c - '0';
                    _state = State.MinorDigit;
                    break;

                case State.MinorDigit:
                    if (!IsDigit(c))
                        goto case State.SpacesAfterVersion;

                    if (Minor > 99)
                        return Reject(RequestRejection.InvalidRequestLine);

                    Minor = (Minor * 10) + (c - '0');
                    break;

                case State.SpacesAfterVersion:
                    if (c == ' ')
                    {
                        if (_state == State.MinorDigit)
                            _state = State.SpacesAfterVersion;

                        break;
                    }

                    if (c == '\n')
                    {
                        End = i++;
                        return Outcome.Complete;
                    }

                    if (c != '\r')
                        return Reject(RequestRejection.InvalidRequestLine);

                    _state = State.AlmostDone;
                    break;

                case State.AlmostDone:
                    if (c != '\n')
                        return Reject(RequestRejection.InvalidRequestLine);

                    End = i++ - 1;
                    return Outcome.Complete;
            }

            i++;
        }

        return Outcome.NeedMore;
    }

    /// <summary>Nearly every request says so; the state machine takes it from the end of the line.</summary>
    private void SkipCommonVersion(ReadOnlySpan<byte> s, ref int i)
    {
        // CONNECT is left to the state machine, which borrows the slash.
        if (Method == RequestMethod.Connect || !s[i..].StartsWith("HTTP/1.1"u8))
            return;

        ProtocolStart = i;
        _major = 1;
        Minor = 1;
        i += 8;
        _state = State.MinorDigit;
    }
}
