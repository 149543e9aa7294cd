using System.Runtime.CompilerServices;

namespace Hawser.Protocols.Http1;

/// <summary>The fields of one head: an array that is reused from message to message, and a set of the known names in it.</summary>
internal struct HeaderFieldList
{
    private const int InitialCapacity = 32;

    /// <summary>An array that one unusual message has made larger is not kept: parsers are pooled.</summary>
    private const int KeptCapacity = 128;

    private HeaderField[]? _fields;
    private ulong _presentLow;
    private ulong _presentHigh;

    public int Count { get; private set; }

    public readonly ReadOnlySpan<HeaderField> Fields => _fields.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        _presentLow = 0;
        _presentHigh = 0;
        if (_fields is { Length: > KeptCapacity })
            _fields = null;
    }

    /// <summary>Adds the field that the scanner has just completed.</summary>
    public void Add(in HeaderLineScanner line, ReadOnlySpan<byte> message, bool allowUnderscores)
    {
        var invalid = line.HasBadCharacter || (line.HasUnderscore && !allowUnderscores);
        var name = line.Name;

        // No known name holds a character that would make it invalid.
        var known = line.HasBadCharacter || line.HasUnderscore ? KnownHeader.Unknown : KnownHeaders.Find(name.Of(message));
        if (_fields is null || Count == _fields.Length)
            Grow();

        _fields![Count++] = new HeaderField(name, line.Value, known, invalid);

        var bit = 1UL << ((int)known & 63);
        if ((int)known < 64)
            _presentLow |= bit;
        else
            _presentHigh |= bit;
    }

    public readonly bool Contains(KnownHeader header)
        => (((int)header < 64 ? _presentLow : _presentHigh) & (1UL << ((int)header & 63))) != 0;

    public readonly bool TryFind(KnownHeader header, out HeaderField field)
    {
        if (Contains(header))
        {
            foreach (ref readonly var candidate in Fields)
            {
                if (candidate.Known == header)
                {
                    field = candidate;
                    return true;
                }
            }
        }

        field = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow() => Array.Resize(ref _fields, _fields is null ? InitialCapacity : Count * 2);
}
