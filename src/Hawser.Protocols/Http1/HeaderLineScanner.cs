using System.Buffers;

namespace Hawser.Protocols.Http1;

/// <summary>What <see cref="HeaderLineScanner.Scan"/> found.</summary>
internal enum HeaderLine : byte
{
    NeedMore,

    /// <summary>A field; its offsets are in the scanner.</summary>
    Field,

    /// <summary>The empty line that ends the block.</summary>
    EndOfBlock,

    /// <summary>Not a header line; <see cref="HeaderLineScanner.InvalidAt"/> is where it stopped making sense.</summary>
    Invalid,
}

/// <summary>
/// Reads one header line at a time and can stop after any byte. It accepts and refuses exactly what nginx's
/// ngx_http_parse_header_line does, for requests, upstream responses and trailers alike.
/// </summary>
/// <remarks>
/// <code>
/// name [":" *SP value *SP] (CR+ LF | LF)        ; no colon: a field with an empty value
/// </code>
/// Beyond RFC 9112 §5 a bare LF ends a line, several CRs may precede it, the name may hold any character above space,
/// and tabs around a value belong to it. Refused are folded lines (obs-fold), an empty name, white space before the
/// colon, NUL anywhere and a CR that no LF follows.
/// </remarks>
internal struct HeaderLineScanner
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> ValueEndBytes = SearchValues.Create("\0\r\n"u8);

    private enum State : byte
    {
        LineStart,
        Name,
        SpaceBeforeValue,
        Value,
        IgnoredLine,
        LineAlmostDone,
        BlockAlmostDone,
    }

    private State _state;

    /// <summary>Offset of the current line's first byte.</summary>
    public int LineStart;

    public int NameEnd;
    public int ValueStart;
    public int ValueEnd;

    /// <summary>The end of the part of an invalid line that nginx shows in its log.</summary>
    public int InvalidAt;

    /// <summary>The name holds a character other than letters, digits, '-' and '_'.</summary>
    public bool HasBadCharacter;

    public bool HasUnderscore;

    /// <summary>
    /// Lines of an upstream response: a repeated "HTTP/1.1 …" status line among the headers is skipped (IIS sends it).
    /// </summary>
    public bool SkipsStatusLines;

    /// <summary>Whether the next byte is the first of a line.</summary>
    public readonly bool IsAtLineStart => _state == State.LineStart;

    public readonly ByteRange Name => ByteRange.Between(LineStart, NameEnd);

    public readonly ByteRange Value => ByteRange.Between(ValueStart, ValueEnd);

    /// <summary>Goes on at <paramref name="position"/> and leaves it after the last byte understood.</summary>
    public HeaderLine Scan(ReadOnlySpan<byte> s, ref int position)
    {
        var i = position;
        while (i < s.Length)
        {
            switch (_state)
            {
                case State.LineStart:
                    LineStart = i;
                    HasBadCharacter = false;
                    HasUnderscore = false;
                    switch (s[i])
                    {
                        case (byte)'\r':
                            _state = State.BlockAlmostDone;
                            i++;
                            continue;
                        case (byte)'\n':
                            position = i + 1;
                            return HeaderLine.EndOfBlock;
                        case (byte)':':
                            return Refuse(i, out position);
                    }

                    _state = State.Name;
                    goto case State.Name;

                case State.Name:
                    var run = s[i..].IndexOfAnyExcept(NameBytes);
                    if (run < 0)
                    {
                        position = s.Length;
                        return HeaderLine.NeedMore;
                    }

                    i += run;
                    if (s[i] == ':')
                    {
                        NameEnd = i++;
                        _state = State.SpaceBeforeValue;
                        continue;
                    }

                    if (!ScanUnusualNameByte(s, ref i, out var end))
                    {
                        position = i;
                        return end;
                    }

                    continue;

                case State.SpaceBeforeValue:
                    if (s[i] == ' ')
                    {
                        i++;
                        continue;
                    }

                    ValueStart = i;
                    _state = State.Value;
                    goto case State.Value;

                case State.Value:
                    var length = s[i..].IndexOfAny(ValueEndBytes);
                    if (length < 0)
                    {
                        position = s.Length;
                        return HeaderLine.NeedMore;
                    }

                    i += length;
                    if (s[i] == 0)
                        return Refuse(i, out position);

                    ValueEnd = i;
                    while (ValueEnd > ValueStart && s[ValueEnd - 1] == ' ')
                        ValueEnd--;

                    _state = State.LineAlmostDone;
                    goto case State.LineAlmostDone;

                case State.LineAlmostDone:
                    var last = s[i++];
                    if (last == '\n')
                    {
                        _state = State.LineStart;
                        position = i;
                        return HeaderLine.Field;
                    }

                    if (last != '\r')
                        return Refuse(ValueEnd, out position);

                    continue;

                case State.IgnoredLine:
                    if (s[i++] == '\n')
                        _state = State.LineStart;

                    continue;

                case State.BlockAlmostDone:
                    if (s[i] != '\n')
                        return Refuse(LineStart, out position);

                    position = i + 1;
                    return HeaderLine.EndOfBlock;
            }
        }

        position = i;
        return HeaderLine.NeedMore;
    }

    /// <summary>
    /// A byte of a name that is neither a usual one nor the colon. False: the line ends here, with <paramref name="end"/>.
    /// </summary>
    private bool ScanUnusualNameByte(ReadOnlySpan<byte> s, ref int i, out HeaderLine end)
    {
        end = HeaderLine.NeedMore;
        var c = s[i];
        switch (c)
        {
            case (byte)'_':
                HasUnderscore = true;
                i++;
                return true;

            case (byte)'\r' or (byte)'\n':
                NameEnd = ValueStart = ValueEnd = i;
                _state = State.LineAlmostDone;
                return true;

            case (byte)'/' when SkipsStatusLines && i - LineStart == 4 && s.Slice(LineStart, 4).SequenceEqual("HTTP"u8):
                _state = State.IgnoredLine;
                i++;
                return true;

            case <= 0x20 or 0x7f:
                end = Refuse(i, out i);
                return false;

            default:
                HasBadCharacter = true;
                i++;
                return true;
        }
    }

    private HeaderLine Refuse(int at, out int position)
    {
        position = at;
        InvalidAt = at;
        return HeaderLine.Invalid;
    }
}
