namespace Hawser.Protocols.Http1;

/// <summary>
/// Reads the trailer section of a chunked body, fed like the head parsers. It takes the same lines as a head does, so a
/// bare LF ends one here, although not inside the chunked coding itself. The caller bounds the section.
/// </summary>
public sealed class TrailerParser
{
    private HeaderLineScanner _line = new() { SkipsStatusLines = true };
    private HeaderFieldList _fields;
    private HeadStatus _status;
    private int _position;

    /// <summary>Number of bytes of the complete section including its empty line.</summary>
    public int Consumed => _position;

    /// <summary>The trailer fields in the order received. Valid until <see cref="Reset"/>.</summary>
    public ReadOnlySpan<HeaderField> Fields => _fields.Fields;

    /// <summary>Prepares for the next section, which starts at offset 0 of the next span.</summary>
    public void Reset()
    {
        _line = new HeaderLineScanner { SkipsStatusLines = true };
        _fields.Clear();
        _status = HeadStatus.NeedMore;
        _position = 0;
    }

    /// <summary>Reads on where the last call stopped.</summary>
    /// <param name="received">All bytes of the section so far, at least as many as in the last call.</param>
    public HeadStatus Parse(ReadOnlySpan<byte> received)
    {
        while (_status == HeadStatus.NeedMore)
        {
            switch (_line.Scan(received, ref _position))
            {
                case HeaderLine.NeedMore:
                    return HeadStatus.NeedMore;

                case HeaderLine.Field:
                    _fields.Add(_line, received, allowUnderscores: true);
                    break;

                case HeaderLine.EndOfBlock:
                    _status = HeadStatus.Complete;
                    break;

                default:
                    _status = HeadStatus.Error;
                    break;
            }
        }

        return _status;
    }
}
