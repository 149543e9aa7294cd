using System.Text;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>A set of header names, whatever their case: known ones as bits, the few others as text.</summary>
public sealed class HeaderNameSet
{
    private readonly List<ByteSlice> _others = [];
    private UInt128 _known;

    public void Add(KnownHeader known) => _known |= UInt128.One << (int)known;

    public void Add(ByteSlice name, KnownHeader known)
    {
        if (known != KnownHeader.Unknown) Add(known);
        else if (!Contains(name.Span, known)) _others.Add(name);
    }

    public void Remove(ByteSlice name, KnownHeader known)
    {
        if (known != KnownHeader.Unknown) _known &= ~(UInt128.One << (int)known);
        else _others.RemoveAll(other => Ascii.EqualsIgnoreCase(other.Span, name.Span));
    }

    public bool Contains(ReadOnlySpan<byte> name, KnownHeader known)
    {
        if (known != KnownHeader.Unknown) return (_known & (UInt128.One << (int)known)) != UInt128.Zero;
        foreach (ByteSlice other in _others)
        {
            if (Ascii.EqualsIgnoreCase(other.Span, name)) return true;
        }
        return false;
    }
}
