using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>Where templates keep the parts they have read; evaluating a variable may evaluate another template on top.</summary>
public sealed class ValueStack
{
    private ByteSlice[] _values = new ByteSlice[16];

    public int Count { get; private set; }

    public void Push(ByteSlice value)
    {
        if (Count == _values.Length) Array.Resize(ref _values, Count * 2);
        _values[Count++] = value;
    }

    public ReadOnlySpan<ByteSlice> From(int mark) => _values.AsSpan(mark, Count - mark);

    public void PopTo(int mark) => Count = mark;
}
