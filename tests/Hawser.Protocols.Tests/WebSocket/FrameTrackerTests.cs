using Hawser.Protocols.Tests.Support;
using Hawser.Protocols.WebSocket;

namespace Hawser.Protocols.Tests.WebSocket;

/// <summary>The tracker, as a relay uses it: what it may pass on, where frames can be put in, what it counts.</summary>
public sealed class FrameTrackerTests
{
    private static readonly FrameLimits FromServer = new(ExpectsMask: false);
    private static readonly FrameLimits FromClient = new(ExpectsMask: true);

    /// <summary>Streams and the state after them: messages, whether at a boundary, whether in a message.</summary>
    public static TheoryData<string, byte[], long, bool, bool> Streams => new()
    {
        { "nothing", [], 0, true, false },
        { "an empty text", Frame(FrameOpcode.Text, 0), 1, true, false },
        { "lengths in 7, 16 and 64 bits", [.. Frame(FrameOpcode.Binary, 125), .. Frame(FrameOpcode.Text, 126), .. Frame(FrameOpcode.Binary, 65536)], 3, true, false },
        { "fragments with a ping between", [.. Frame(FrameOpcode.Text, 5, final: false), .. Frame(FrameOpcode.Ping, 3), .. Frame(FrameOpcode.Continuation, 2)], 1, true, false },
        { "a message that goes on", [.. Frame(FrameOpcode.Text, 5, final: false), .. Frame(FrameOpcode.Continuation, 0, final: false)], 0, true, true },
        { "control frames alone", [.. Frame(FrameOpcode.Ping, 125), .. Frame(FrameOpcode.Pong, 0)], 0, true, false },
        { "half a payload", Frame(FrameOpcode.Binary, 10)[..5], 1, false, false },
        { "a header and no payload", Frame(FrameOpcode.Binary, 10)[..2], 1, false, false },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Scan_StreamInEverySplit_EndsInTheSameState(string name, byte[] stream, long messages, bool isAtBoundary, bool isInMessage)
    {
        _ = name;
        var state = stream.Length == 0 ? Run([], [0], FromServer) : Splitting.Everywhere(stream, (bytes, ends) => Run(bytes, ends, FromServer));
        Assert.Equal(new State(messages, isAtBoundary, isInMessage, FrameStop.End, FrameError.None, stream.Length), state);
    }

    [Fact]
    public void Scan_MaskedStreamInEverySplit_PassesEveryByte()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 3, mask: 0x11223344), .. Frame(FrameOpcode.Binary, 300, mask: 0), .. Frame(FrameOpcode.Ping, 1, mask: 7)];
        Assert.Equal(new State(2, true, false, FrameStop.End, FrameError.None, stream.Length), Splitting.Everywhere(stream, (bytes, ends) => Run(bytes, ends, FromClient)));
    }

    public static TheoryData<string, byte[], FrameError> Misframed => new()
    {
        { "reserved opcode 3", [0x83, 0], FrameError.ReservedOpcode },
        { "reserved opcode 15", [0x8F, 0], FrameError.ReservedOpcode },
        { "a fragmented ping", [0x09, 0], FrameError.FragmentedControl },
        { "a ping of 126 bytes", [0x89, 126, 0, 126], FrameError.OversizedControl },
        { "RSV1 without an extension", [0xC1, 0], FrameError.ReservedBits },
        { "RSV3 on a ping", [0x99, 0], FrameError.ReservedBits },
        { "a masked frame of a server", [0x81, 0x80, 0, 0, 0, 0], FrameError.UnexpectedMask },
        { "a continuation of nothing", [0x80, 0], FrameError.UnexpectedContinuation },
        { "a text within a message", [0x01, 0, 0x81, 0], FrameError.InterleavedMessage },
        { "16 bits for 125", [0x82, 126, 0, 125], FrameError.NonMinimalLength },
        { "64 bits for 65535", [0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], FrameError.NonMinimalLength },
        { "a negative length", [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], FrameError.LengthOutOfRange },
    };

    [Theory]
    [MemberData(nameof(Misframed))]
    public void Scan_NoFrameInEverySplit_StopsAtItsFirstByteAndNamesIt(string name, byte[] bad, FrameError error)
    {
        _ = name;
        byte[] stream = [.. Frame(FrameOpcode.Binary, 7), .. bad];
        var passed = error == FrameError.InterleavedMessage ? stream.Length - 2 : stream.Length - bad.Length;
        var state = Splitting.Everywhere(stream, (bytes, ends) => Run(bytes, ends, FromServer));
        Assert.Equal((FrameStop.Error, error, passed), (state.Stop, state.Error, state.Passed));
    }

    [Fact]
    public void Scan_UnmaskedFrameOfAClient_IsMissingItsMask() =>
        Assert.Equal(FrameError.MissingMask, Run(Frame(FrameOpcode.Text, 1), [3], FromClient).Error);

    [Fact]
    public void Scan_CompressionNegotiated_AllowsRsv1OnFirstFramesOnly()
    {
        byte[] compressed = [0x41, 0, 0x00, 0, 0x80, 0];
        Assert.Equal(FrameStop.End, Run(compressed, [6], FromServer, ExtensionList.ReservedBits("permessage-deflate; server_no_context_takeover"u8)).Stop);
        Assert.Equal(FrameError.ReservedBits, Run([0x01, 0, 0xC0, 0], [4], FromServer, 4).Error);
        Assert.Equal(FrameError.ReservedBits, Run([0xC9, 0], [2], FromServer, 4).Error);
        Assert.Equal(FrameError.ReservedBits, Run([0xA1, 0], [2], FromServer, 4).Error);
        Assert.Equal(FrameStop.End, Run([0xF9, 0], [2], FromServer, ExtensionList.ReservedBits("x-own, permessage-deflate"u8)).Stop);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("permessage-deflate", 4)]
    [InlineData("Permessage-Deflate ; client_max_window_bits=15 ,", 4)]
    [InlineData("x-webkit-deflate-frame", 7)]
    public void ReservedBits_ExtensionField_NamesTheBits(string field, byte bits) =>
        Assert.Equal(bits, ExtensionList.ReservedBits(Wire.Bytes(field)));

    [Fact]
    public void Scan_LargestFrames_KeepTheirLengths()
    {
        byte[] header = [0x82, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        var tracker = new FrameTracker(0);
        Assert.Equal(FrameStop.End, tracker.Scan(header, FromServer, out _));
        Assert.Equal(long.MaxValue, tracker.Remaining);
        Assert.Equal(FrameStop.End, tracker.Scan(new byte[1000], FromServer, out var passed));
        Assert.Equal((1000, long.MaxValue - 1000), (passed, tracker.Remaining));
    }

    [Fact]
    public void Scan_StopAtFrame_StopsBetweenFramesAlone()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 5, final: false), .. Frame(FrameOpcode.Continuation, 2)];
        var tracker = new FrameTracker(0) { StopAt = FrameBoundary.None };
        Assert.Equal(FrameStop.End, tracker.Scan(stream.AsSpan(0, 4), FromServer, out _));
        tracker.StopAt = FrameBoundary.Frame;
        Assert.Equal(FrameStop.Boundary, tracker.Scan(stream.AsSpan(4), FromServer, out var passed));
        Assert.Equal(3, passed);
    }

    [Fact]
    public void Scan_StopAtMessage_PassesFragmentsFirst()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 5, final: false), .. Frame(FrameOpcode.Continuation, 2), .. Frame(FrameOpcode.Text, 1)];
        var tracker = new FrameTracker(0);
        _ = tracker.Scan(stream.AsSpan(0, 4), FromServer, out _);
        tracker.StopAt = FrameBoundary.Message;
        Assert.Equal(FrameStop.Boundary, tracker.Scan(stream.AsSpan(4), FromServer, out var passed));
        Assert.Equal(stream.Length - 4 - 3, passed);
    }

    /// <summary>Runs of small messages are passed by two bytes of each alone; piece by piece they never are.</summary>
    [Theory]
    [InlineData(0, -1, long.MaxValue, -1, null)]
    [InlineData(4, -1, long.MaxValue, 7, null)]
    [InlineData(7, 9, 40L, -1, null)]
    [InlineData(0, -1, long.MaxValue, 3, 0x01020304u)]
    [InlineData(4, 6, 125L, 0, 0u)]
    public void Scan_RunsOfSmallMessages_AreCountedAsPieceByPiece(byte allowedReserved, int budget, long largest, int watched, uint? mask)
    {
        var limits = new FrameLimits(mask is not null, largest, largest, watched);
        var random = new Random(20261127);
        for (var round = 0; round < 200; round++)
        {
            byte[] stream = [.. Enumerable.Range(0, random.Next(1, 24)).SelectMany(_ => SomeFrame(random, mask))];
            if (random.Next(4) == 0)
                stream[random.Next(stream.Length)] ^= (byte)(1 << random.Next(8));
            var whole = new FrameTracker(allowedReserved) { Budget = budget };
            var pieces = new FrameTracker(allowedReserved) { Budget = budget };
            Assert.Equal(Run(ref pieces, stream, [.. Enumerable.Range(1, stream.Length)], limits), Run(ref whole, stream, [stream.Length], limits));
            Assert.Equal((pieces.Budget, pieces.MessageSize, pieces.Remaining), (whole.Budget, whole.MessageSize, whole.Remaining));
        }
    }

    private static byte[] SomeFrame(Random random, uint? mask) => random.Next(12) switch
    {
        0 => Frame(FrameOpcode.Ping, random.Next(0, 5), mask: mask),
        1 => [.. Frame(FrameOpcode.Text, 2, final: false, mask), .. Frame(FrameOpcode.Pong, 1, mask: mask), .. Frame(FrameOpcode.Continuation, 3, mask: mask)],
        2 => Frame(FrameOpcode.Binary, random.Next(120, 130), mask: mask),
        3 => Frame(FrameOpcode.Close, 2, mask: mask),
        _ => Frame(random.Next(2) == 0 ? FrameOpcode.Text : FrameOpcode.Binary, random.Next(0, 12), mask: mask),
    };

    [Theory]
    [InlineData(9, FrameStop.FrameTooBig)]
    [InlineData(10, FrameStop.End)]
    public void Scan_FrameLimit_StopsBeforeTheFrame(long limit, FrameStop stop)
    {
        var state = Splitting.Everywhere(Frame(FrameOpcode.Binary, 10), (bytes, ends) => Run(bytes, ends, FromServer with { MaxFrameSize = limit }));
        Assert.Equal((stop, stop == FrameStop.End ? 12 : 0), (state.Stop, state.Passed));
    }

    [Fact]
    public void Scan_MessageLimit_CountsOverFragments()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 6, final: false), .. Frame(FrameOpcode.Ping, 100), .. Frame(FrameOpcode.Continuation, 5)];
        var state = Splitting.Everywhere(stream, (bytes, ends) => Run(bytes, ends, FromServer with { MaxMessageSize = 10 }));
        Assert.Equal((FrameStop.MessageTooBig, 8 + 102), (state.Stop, state.Passed));
        Assert.Equal(FrameStop.End, Run(stream, [stream.Length], FromServer with { MaxMessageSize = 11 }).Stop);
    }

    [Fact]
    public void Scan_MessageLimitAndSumBeyond63Bits_IsTooBig()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 1, final: false), 0x80, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.Equal(FrameStop.MessageTooBig, Run(stream, [stream.Length], FromServer).Stop);
    }

    [Fact]
    public void Scan_Budget_StopsBeforeTheMessageThatHasNone()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 1), .. Frame(FrameOpcode.Text, 1, final: false), .. Frame(FrameOpcode.Continuation, 1), .. Frame(FrameOpcode.Ping, 0), .. Frame(FrameOpcode.Text, 1)];
        var tracker = new FrameTracker(0) { Budget = 2 };
        Assert.Equal(FrameStop.Budget, tracker.Scan(stream, FromServer, out var passed));
        Assert.Equal(stream.Length - 3, passed);
        tracker.Budget = 1;
        Assert.Equal(FrameStop.End, tracker.Scan(stream.AsSpan(passed), FromServer, out _));
        Assert.Equal(0, tracker.Budget);
    }

    [Fact]
    public void Scan_CloseAndWatchedPong_AreShownToTheOwner()
    {
        Assert.Equal(FrameStop.Frame, Run(Frame(FrameOpcode.Close, 2), [4], FromServer).Stop);
        Assert.Equal(FrameStop.End, Run(Frame(FrameOpcode.Pong, 2), [4], FromServer).Stop);
        var tracker = new FrameTracker(0) { WatchesPongs = true };
        Assert.Equal(FrameStop.Incomplete, tracker.Scan([0x8A], FromServer, out _));
        Assert.Equal(FrameStop.Frame, tracker.Scan(Frame(FrameOpcode.Pong, 8), FromServer, out var passed));
        Assert.Equal(0, passed);
        Assert.True(tracker.IsAtBoundary);
    }

    [Fact]
    public void Scan_WatchedText_IsShownUnlessFragmentedOrCompressed()
    {
        var limits = FromServer with { WatchedTextLength = 4 };
        var tracker = new FrameTracker(4);
        Assert.Equal(FrameStop.Frame, tracker.Scan(Frame(FrameOpcode.Text, 4), limits, out _));
        tracker.Take(new FrameHeader(FrameOpcode.Text, 4));
        Assert.Equal(1, tracker.Messages);
        byte[] others = [.. Frame(FrameOpcode.Binary, 4), .. Frame(FrameOpcode.Text, 5), 0xC1, 4, 0, 0, 0, 0, .. Frame(FrameOpcode.Text, 4, final: false)];
        Assert.Equal(FrameStop.End, tracker.Scan(others, limits, out var passed));
        Assert.Equal(others.Length, passed);
    }

    [Fact]
    public void Scan_OneFrameFillsTheBuffer_CostsOneHeader()
    {
        var tracker = new FrameTracker(0);
        byte[] header = [0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0];
        _ = tracker.Scan(header, FromServer, out _);
        var buffer = new byte[256 * 1024];
        Array.Fill(buffer, (byte)0xFF); // read as a header, this would be an error
        for (var i = 0; i < 1000; i++)
            Assert.Equal(FrameStop.End, tracker.Scan(buffer, FromServer, out _));
    }

    [Fact]
    public void Restore_StateInTheMiddleOfAMessage_GoesOnThere()
    {
        byte[] stream = [.. Frame(FrameOpcode.Text, 50, final: false), .. Frame(FrameOpcode.Continuation, 20)];
        var first = new FrameTracker(0);
        _ = first.Scan(stream.AsSpan(0, 30), FromServer, out _);
        var second = FrameTracker.Restore(first.AllowedReserved, first.Remaining, first.MessageSize, first.Messages, first.IsInMessage);
        Assert.Equal(FrameStop.End, second.Scan(stream.AsSpan(30), FromServer with { MaxMessageSize = 70 }, out _));
        Assert.Equal((1L, true, false), (second.Messages, second.IsAtBoundary, second.IsInMessage));
    }

    private sealed record State(long Messages, bool IsAtBoundary, bool IsInMessage, FrameStop Stop, FrameError Error, int Passed);

    /// <summary>As a relay does: what is incomplete comes again in front of the next piece; frames that are shown are taken whole.</summary>
    private static State Run(byte[] stream, int[] ends, FrameLimits limits, byte allowedReserved = 0)
    {
        var tracker = new FrameTracker(allowedReserved);
        return Run(ref tracker, stream, ends, limits);
    }

    private static State Run(ref FrameTracker tracker, byte[] stream, int[] ends, FrameLimits limits)
    {
        var stop = FrameStop.End;
        var from = 0;
        foreach (var end in ends)
        {
            stop = tracker.Scan(stream.AsSpan(from, end - from), limits, out var passed);
            from += passed;
            if (stop is not (FrameStop.End or FrameStop.Incomplete))
                break;
        }

        var error = stop == FrameStop.Error ? tracker.Explain(stream.AsSpan(from), limits) : FrameError.None;
        return new State(tracker.Messages, tracker.IsAtBoundary, tracker.IsInMessage, stop, error, from);
    }

    private static byte[] Frame(FrameOpcode opcode, int length, bool final = true, uint? mask = null)
    {
        var header = new FrameHeader(opcode, final, 0, length, mask is not null, mask ?? 0);
        var frame = new byte[header.Length + length];
        header.Write(frame);
        Array.Fill(frame, (byte)0xE5, header.Length, length);
        return frame;
    }
}
