using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>One header field. The name keeps the case it came in.</summary>
public readonly record struct Header(ByteSlice Name, ByteSlice Value, KnownHeader Known);

/// <summary>
/// Header fields in the order they came or will be sent. Fields are never merged: two lines stay two lines.
/// The bytes belong to the exchange's arena or to the configuration.
/// </summary>
public sealed class HeaderList
{
    private Header[] _fields = new Header[16];

    public int Count { get; private set; }

    public ReadOnlySpan<Header> Fields => _fields.AsSpan(0, Count);

    public void Add(ByteSlice name, ByteSlice value, KnownHeader known)
    {
        if (Count == _fields.Length) Array.Resize(ref _fields, Count * 2);
        _fields[Count++] = new Header(name, value, known);
    }

    /// <summary>The first field of that name, or false.</summary>
    public bool TryGet(KnownHeader known, out ByteSlice value)
    {
        foreach (ref readonly Header field in Fields)
        {
            if (field.Known != known) continue;
            value = field.Value;
            return true;
        }
        value = default;
        return false;
    }

    public bool Contains(KnownHeader known) => TryGet(known, out _);

    /// <summary>Removes every field of that name.</summary>
    public void RemoveAll(KnownHeader known)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_fields[i].Known != known) _fields[kept++] = _fields[i];
        }
        Count = kept;
    }

    /// <summary>Replaces the value of field <paramref name="index"/>.</summary>
    public void SetValue(int index, ByteSlice value) => _fields[index] = _fields[index] with { Value = value };

    /// <summary>Removes field <paramref name="index"/>; the order of the others stays.</summary>
    public void RemoveAt(int index)
    {
        Array.Copy(_fields, index + 1, _fields, index, Count - index - 1);
        Count--;
    }

    public void Clear()
    {
        Array.Clear(_fields, 0, Count);
        Count = 0;
    }
}
