using System.Buffers;

namespace Hawser.Protocols.Http1;

/// <summary>The result of <see cref="RequestTarget.TryNormalize"/>.</summary>
/// <param name="PathLength">Bytes of the path, at the start of the output.</param>
/// <param name="Extension">The file name extension without the dot, as a range of the output; empty if there is none.</param>
/// <param name="Args">The query without question mark and fragment, as a range of the raw target; empty if there is none.</param>
/// <param name="Flags">The flags of the target: quoting and plus signs found on the way are added.</param>
public readonly record struct NormalizedTarget(int PathLength, ByteRange Extension, ByteRange Args, TargetFlags Flags);

/// <summary>
/// Turns the raw target of a request into the path that locations are matched with (<c>$uri</c>): percent-decoded, with
/// "." and ".." segments resolved, slashes merged, query and fragment cut off. Exactly nginx's ngx_http_parse_complex_uri.
/// </summary>
public static class RequestTarget
{
    private static readonly SearchValues<byte> SpecialBytes = SearchValues.Create("/%?#.+"u8);

    private enum Segment : byte
    {
        Usual,
        Slash,
        Dot,
        DotDot,
    }

    /// <summary>Normalises <paramref name="target"/>.</summary>
    /// <param name="target">The raw target (<see cref="RequestHeadParser.Target"/>), query included.</param>
    /// <param name="flags">The target's flags; <see cref="TargetFlags.EmptyPath"/> puts a "/" in front.</param>
    /// <param name="mergeSlashes"><c>merge_slashes</c>: whether "//" becomes "/".</param>
    /// <param name="output">Receives the path; must hold as many bytes as <paramref name="target"/>.</param>
    /// <param name="result">The result.</param>
    /// <returns>
    /// False: the target must be refused with 400. It climbs above the root, or holds <c>%00</c> or an incomplete escape.
    /// </returns>
    public static bool TryNormalize(
        ReadOnlySpan<byte> target, TargetFlags flags, bool mergeSlashes, Span<byte> output, out NormalizedTarget result)
    {
        var walk = new Walk(output, mergeSlashes, flags);
        var ok = walk.Run(target);
        result = ok ? walk.Result(target) : default;
        return ok;
    }

    /// <summary>The state of one normalisation. Decoded characters go through the same steps as literal ones.</summary>
    private ref struct Walk(Span<byte> output, bool mergeSlashes, TargetFlags flags)
    {
        private readonly Span<byte> _output = output;
        private TargetFlags _flags = flags;
        private Segment _segment = Segment.Usual;
        private int _length = 0;
        private int _extension = -1;
        private int _args = -1;

        public bool Run(ReadOnlySpan<byte> target)
        {
            if ((_flags & TargetFlags.EmptyPath) != 0)
                _output[_length++] = (byte)'/';

            var i = 0;
            while (i < target.Length)
            {
                if (_segment == Segment.Usual)
                {
                    i += CopyUsual(target[i..]);
                    if (i == target.Length)
                        break;
                }

                var c = target[i++];
                switch (c)
                {
                    case (byte)'%':
                        if (!TryDecode(target, ref i))
                            return false;

                        break;

                    case (byte)'?':
                        _args = i;
                        return EndPath();

                    case (byte)'#':
                        return EndPath();

                    default:
                        if (!Add(c))
                            return false;

                        break;
                }
            }

            return EndPath();
        }

        public readonly NormalizedTarget Result(ReadOnlySpan<byte> target)
        {
            var args = default(ByteRange);
            if (_args >= 0)
            {
                var fragment = target[_args..].IndexOf((byte)'#');
                args = ByteRange.Between(_args, fragment < 0 ? target.Length : _args + fragment);
            }

            var extension = _extension < 0 ? default : ByteRange.Between(_extension, _length);
            return new NormalizedTarget(_length, extension, args, _flags);
        }

        private int CopyUsual(ReadOnlySpan<byte> rest)
        {
            var run = rest.IndexOfAny(SpecialBytes);
            if (run < 0)
                run = rest.Length;

            rest[..run].CopyTo(_output[_length..]);
            _length += run;
            return run;
        }

        private bool TryDecode(ReadOnlySpan<byte> target, ref int i)
        {
            _flags |= TargetFlags.Quoted;
            if (target.Length - i < 2)
                return false;

            var high = AsciiText.HexDigit(target[i]);
            var low = AsciiText.HexDigit(target[i + 1]);
            if ((high | low) <= 0)
                return false; // not hexadecimal, or %00

            i += 2;
            var c = (byte)((high << 4) | low);
            if (c is (byte)'%' or (byte)'#' or (byte)'?')
            {
                // Literal now: they neither end the path nor start another escape.
                _segment = Segment.Usual;
                _output[_length++] = c;
                return true;
            }

            return Add(c);
        }

        private bool Add(byte c)
        {
            if (c == '/')
                return AddSlash();

            if (c == '.' && _segment is Segment.Slash or Segment.Dot)
            {
                _segment++;
            }
            else
            {
                if (c == '.' && _segment == Segment.Usual)
                    _extension = _length + 1;
                else if (c == '+')
                    _flags |= TargetFlags.Plus;

                _segment = Segment.Usual;
            }

            _output[_length++] = c;
            return true;
        }

        private bool AddSlash()
        {
            switch (_segment)
            {
                case Segment.Usual:
                    _extension = -1;
                    _output[_length++] = (byte)'/';
                    break;

                case Segment.Slash:
                    if (!mergeSlashes)
                        _output[_length++] = (byte)'/';

                    break;

                case Segment.Dot:
                    _length--;
                    break;

                case Segment.DotDot:
                    if (!ClimbUp())
                        return false;

                    break;
            }

            _segment = Segment.Slash;
            return true;
        }

        /// <summary>A dot segment may also be the last thing in the path.</summary>
        private bool EndPath()
        {
            switch (_segment)
            {
                case Segment.Dot:
                    _length--;
                    return true;

                case Segment.DotDot:
                    return ClimbUp();

                default:
                    return true;
            }
        }

        /// <summary>The output ends in "/..": removes that and the segment before, up to its slash.</summary>
        private bool ClimbUp()
        {
            var parent = _length - 3;
            var slash = parent <= 0 ? -1 : _output[..parent].LastIndexOf((byte)'/');
            _length = slash + 1;
            return slash >= 0;
        }
    }
}
