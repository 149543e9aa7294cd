using BenchmarkDotNet.Attributes;
using Hawser.Protocols.WebSocket;

namespace Hawser.Benchmarks;

/// <summary>What following frames adds to a relay: the headers in one read of the loop's size.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class FrameTracking
{
    private static readonly FrameLimits s_limits = new(ExpectsMask: true);

    private byte[] _bytes = [];

    /// <summary>Payload bytes of a frame.</summary>
    [Params(64, 16 * 1024)]
    public int Size { get; set; }

    /// <summary>Fills a read buffer with frames.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var frame = new byte[FrameHeader.MaxLength + Size];
        var length = Size + new FrameHeader(FrameOpcode.Binary, IsFinal: true, Reserved: 0, Size, IsMasked: true, 0x12345678).Write(frame);
        _bytes = new byte[256 * 1024 / length * length];
        for (var at = 0; at < _bytes.Length; at += length)
            frame.AsSpan(0, length).CopyTo(_bytes.AsSpan(at));
    }

    /// <summary>All of them.</summary>
    [Benchmark]
    public long Scan()
    {
        var tracker = new FrameTracker(0);
        tracker.Scan(_bytes, s_limits, out _);
        return tracker.Messages;
    }

    /// <summary>For comparison: unmasking the same bytes, which the tracker never does.</summary>
    [Benchmark]
    public uint Unmask() => FrameMask.Apply(_bytes, 0x12345678);
}
