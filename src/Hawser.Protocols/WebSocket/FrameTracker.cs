namespace Hawser.Protocols.WebSocket;

/// <summary>Why <see cref="FrameTracker.Scan"/> came back.</summary>
public enum FrameStop : byte
{
    /// <summary>All bytes are passed: they end at a frame boundary or in a payload.</summary>
    End,

    /// <summary>What is left begins a header that is not complete. It has to come again, with more behind it.</summary>
    Incomplete,

    /// <summary>A boundary with bytes behind it, as <see cref="FrameTracker.StopAt"/> asks for.</summary>
    Boundary,

    /// <summary>
    /// A complete header begins what is left, of a frame that the owner wants to see as a whole: a close, a watched pong, a watched text. The
    /// owner takes it as a whole and says so with <see cref="FrameTracker.Take"/>.
    /// </summary>
    Frame,

    /// <summary>What is left begins a message for which there is no <see cref="FrameTracker.Budget"/>.</summary>
    Budget,

    /// <summary>What is left begins a frame with more payload than <see cref="FrameLimits.MaxFrameSize"/>.</summary>
    FrameTooBig,

    /// <summary>What is left begins a frame that makes its message larger than <see cref="FrameLimits.MaxMessageSize"/>.</summary>
    MessageTooBig,

    /// <summary>What is left is no frame (<see cref="FrameTracker.Explain"/>).</summary>
    Error,
}

/// <summary>Where <see cref="FrameTracker.Scan"/> comes back although nothing is wrong.</summary>
public enum FrameBoundary : byte
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Between two frames: control frames may be put in there.</summary>
    Frame,

    /// <summary>Between two messages: data frames may be put in there (§5.4).</summary>
    Message,
}

/// <summary>What one direction of a connection may carry.</summary>
/// <param name="ExpectsMask">The frames are a client's: each must be masked. A server's must not be.</param>
/// <param name="MaxFrameSize">Largest payload of a frame, bytes.</param>
/// <param name="MaxMessageSize">Largest payload of a message over all its fragments, bytes.</param>
/// <param name="WatchedTextLength">Unfragmented, uncompressed text frames with so many bytes of payload are shown to the owner; -1 for none.</param>
public sealed record FrameLimits(bool ExpectsMask, long MaxFrameSize = long.MaxValue, long MaxMessageSize = long.MaxValue, int WatchedTextLength = -1);

/// <summary>
/// Where in a stream of frames a direction is. Reads headers and skips payloads: it never unmasks, inflates, copies or allocates, so a large
/// frame costs one header however many bytes it has. A header is passed as a whole or not at all: between two calls the direction is at a
/// boundary or in a payload.
/// </summary>
/// <remarks>Plain numbers throughout, because the state of a live tunnel can be handed to another process.</remarks>
public struct FrameTracker
{
    private const byte Fin = 0x80;
    private const byte OpcodeBits = 0x0f;
    private const byte ReservedBits = 0x70;
    private const byte MaskBit = 0x80;

    private long _remaining;
    private long _messageSize;

    /// <param name="allowedReserved">
    /// Reserved bits that the negotiated extensions use on the first frame of a message, RSV1 = 4 (permessage-deflate: 4). 7 judges no bits at
    /// all, for an extension whose use of them is not known.
    /// </param>
    public FrameTracker(byte allowedReserved)
    {
        AllowedReserved = allowedReserved;
        Budget = -1;
    }

    /// <summary>See the constructor.</summary>
    public byte AllowedReserved { get; private set; }

    /// <summary>Messages that may still begin; -1 for any number.</summary>
    public int Budget { get; set; }

    /// <summary>Messages whose last frame has begun. An owner that drops what it scans takes them back.</summary>
    public long Messages { get; set; }

    /// <summary>Makes <see cref="Scan"/> stop at the next boundary, even in the middle of what it was given.</summary>
    public FrameBoundary StopAt { get; set; }

    /// <summary>Pongs are shown to the owner, who waits for an answer to a ping of its own.</summary>
    public bool WatchesPongs { get; set; }

    /// <summary>The next byte begins a frame: a control frame may be put in here.</summary>
    public readonly bool IsAtBoundary => _remaining == 0;

    /// <summary>A fragmented message has begun and not ended: data frames of others must not be put in.</summary>
    public bool IsInMessage { get; private set; }

    /// <summary>Payload bytes of the present frame that are still to come.</summary>
    public readonly long Remaining => _remaining;

    /// <summary>Payload bytes of the present message in the headers so far.</summary>
    public readonly long MessageSize => _messageSize;

    /// <summary>Takes up the state of a tracker elsewhere.</summary>
    public static FrameTracker Restore(byte allowedReserved, long remaining, long messageSize, long messages, bool isInMessage) => new(allowedReserved)
    {
        _remaining = remaining,
        _messageSize = messageSize,
        Messages = messages,
        IsInMessage = isInMessage,
    };

    /// <summary>Runs over bytes that follow those passed before.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="limits">The limits of this direction.</param>
    /// <param name="passed">How many of the bytes are passed; what the result says is about those behind them.</param>
    public FrameStop Scan(ReadOnlySpan<byte> bytes, FrameLimits limits, out int passed)
    {
        if (_remaining > bytes.Length)
        {
            _remaining -= bytes.Length;
            passed = bytes.Length;
            return FrameStop.End;
        }
        passed = (int)_remaining;
        _remaining = 0;
        while (passed < bytes.Length)
        {
            if (StopAt == FrameBoundary.None && !IsInMessage) passed += SkipSmallMessages(bytes[passed..], limits);
            if (passed == bytes.Length) break;
            if (StopAt != FrameBoundary.None && (StopAt == FrameBoundary.Frame || !IsInMessage)) return FrameStop.Boundary;
            FrameStop stop = Next(bytes[passed..], limits, out int headerLength);
            if (stop != FrameStop.End) return stop;
            passed += headerLength;
            int rest = bytes.Length - passed;
            if (_remaining > rest)
            {
                _remaining -= rest;
                passed = bytes.Length;
                return FrameStop.End;
            }
            passed += (int)_remaining;
            _remaining = 0;
        }
        return FrameStop.End;
    }

    /// <summary>Counts a frame that was shown to the owner, who has taken it as a whole: passed on or kept.</summary>
    public void Take(in FrameHeader header)
    {
        if (header.IsControl) return;
        Messages++;
        if (Budget > 0) Budget--;
    }

    /// <summary>What is wrong with bytes at which <see cref="Scan"/> gave <see cref="FrameStop.Error"/>.</summary>
    public readonly FrameError Explain(ReadOnlySpan<byte> bytes, FrameLimits limits)
    {
        FrameError error = Judge(bytes[0]);
        if (error != FrameError.None || bytes.Length == 1) return error;
        if ((bytes[1] & MaskBit) != 0 != limits.ExpectsMask) return limits.ExpectsMask ? FrameError.MissingMask : FrameError.UnexpectedMask;
        _ = FrameHeader.TryRead(bytes, out _, out error);
        return error;
    }

    /// <summary>
    /// Passes whole messages of one small frame, which is what most connections carry: for these the first two bytes decide. At anything else it
    /// stops, for <see cref="Next"/> to judge. Returns how many bytes are passed.
    /// </summary>
    private int SkipSmallMessages(ReadOnlySpan<byte> bytes, FrameLimits limits)
    {
        int headerLength = limits.ExpectsMask ? 6 : 2;
        int mask = limits.ExpectsMask ? MaskBit : 0;
        int allowedBits = (AllowedReserved & 7) << 4;
        int largest = (int)Math.Min(FrameHeader.MaxControlPayload, Math.Min(limits.MaxFrameSize, limits.MaxMessageSize));
        int most = Budget < 0 ? int.MaxValue : Budget;
        int at = 0;
        int size = 0;
        int count = 0;
        while (count < most && at + 1 < bytes.Length)
        {
            // Text or binary, final, unmasked or masked as it must be: any other bit makes one of these numbers too large.
            int first = (bytes[at] & ~allowedBits) - (Fin | (int)FrameOpcode.Text);
            int length = bytes[at + 1] ^ mask;
            int next = at + headerLength + length;
            if ((uint)first > FrameOpcode.Binary - FrameOpcode.Text || length > largest || length == limits.WatchedTextLength || next > bytes.Length) break;
            at = next;
            size = length;
            count++;
        }
        if (count == 0) return 0;
        if (Budget > 0) Budget -= count;
        Messages += count;
        _messageSize = size;
        return at;
    }

    /// <summary>Reads the header at a boundary. On <see cref="FrameStop.End"/> the direction is in its payload.</summary>
    private FrameStop Next(ReadOnlySpan<byte> bytes, FrameLimits limits, out int headerLength)
    {
        headerLength = 0;
        if (Judge(bytes[0]) != FrameError.None) return FrameStop.Error;
        if (bytes.Length == 1) return FrameStop.Incomplete;
        if ((bytes[1] & MaskBit) != 0 != limits.ExpectsMask) return FrameStop.Error;
        headerLength = FrameHeader.TryRead(bytes, out FrameHeader header, out FrameError error);
        if (error != FrameError.None) return FrameStop.Error;
        if (headerLength == 0) return FrameStop.Incomplete;
        return header.IsControl ? Control(in header) : Data(in header, limits);
    }

    private FrameStop Control(in FrameHeader header)
    {
        if (header.Opcode == FrameOpcode.Close || header.Opcode == FrameOpcode.Pong && WatchesPongs) return FrameStop.Frame;
        _remaining = header.PayloadLength;
        return FrameStop.End;
    }

    private FrameStop Data(in FrameHeader header, FrameLimits limits)
    {
        bool isFirst = header.Opcode != FrameOpcode.Continuation;
        if (header.PayloadLength > limits.MaxFrameSize) return FrameStop.FrameTooBig;
        long size = isFirst ? header.PayloadLength : _messageSize + header.PayloadLength;
        if ((ulong)size > (ulong)limits.MaxMessageSize) return FrameStop.MessageTooBig; // a sum beyond 63 bits too
        if (isFirst && Budget == 0) return FrameStop.Budget;
        if (header.PayloadLength == limits.WatchedTextLength && header is { Opcode: FrameOpcode.Text, IsFinal: true, Reserved: 0 }) return FrameStop.Frame;
        if (isFirst && Budget > 0) Budget--;
        _messageSize = size;
        _remaining = header.PayloadLength;
        IsInMessage = !header.IsFinal;
        if (header.IsFinal) Messages++;
        return FrameStop.End;
    }

    /// <summary>What the first byte of a header gives away already.</summary>
    private readonly FrameError Judge(byte first)
    {
        int opcode = first & OpcodeBits;
        bool isFirst = opcode is (byte)FrameOpcode.Text or (byte)FrameOpcode.Binary;
        if (isFirst && IsInMessage) return FrameError.InterleavedMessage;
        if (opcode == (byte)FrameOpcode.Continuation && !IsInMessage) return FrameError.UnexpectedContinuation;
        if (opcode is > (byte)FrameOpcode.Binary and < (byte)FrameOpcode.Close or > (byte)FrameOpcode.Pong) return FrameError.ReservedOpcode;
        if (opcode >= (byte)FrameOpcode.Close && (first & Fin) == 0) return FrameError.FragmentedControl;
        int reserved = (first & ReservedBits) >> 4;
        if (reserved == 0 || AllowedReserved == 7) return FrameError.None;
        return isFirst && (reserved & ~AllowedReserved) == 0 ? FrameError.None : FrameError.ReservedBits;
    }
}
