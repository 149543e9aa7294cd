using System.Text;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>A set of header names, whatever their case: known ones as bits, the few others as text.</summary>
public sealed class HeaderNameSet
{
    private readonly List<ByteSlice> _others = [];

    // Two words rather than one UInt128: ReadyToRun compiles nothing that touches that type, and all of its users would wait for the JIT.
    private ulong _low;
    private ulong _high;

    public void Add(KnownHeader known) => Word(known) |= Bit(known);

    public void Add(ByteSlice name, KnownHeader known)
    {
        if (known != KnownHeader.Unknown) Add(known);
        else if (!Contains(name.Span, known)) _others.Add(name);
    }

    public void Remove(ByteSlice name, KnownHeader known)
    {
        if (known != KnownHeader.Unknown) Word(known) &= ~Bit(known);
        else _others.RemoveAll(other => Ascii.EqualsIgnoreCase(other.Span, name.Span));
    }

    public bool Contains(ReadOnlySpan<byte> name, KnownHeader known)
    {
        if (known != KnownHeader.Unknown) return (Word(known) & Bit(known)) != 0;
        foreach (ByteSlice other in _others)
        {
            if (Ascii.EqualsIgnoreCase(other.Span, name)) return true;
        }
        return false;
    }

    private ref ulong Word(KnownHeader known) => ref (int)known < 64 ? ref _low : ref _high;

    private static ulong Bit(KnownHeader known) => 1UL << ((int)known & 63);
}
