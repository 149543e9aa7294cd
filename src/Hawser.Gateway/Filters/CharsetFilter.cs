using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Filters;

/// <summary><c>charset</c>: converts the body by a <c>charset_map</c>.</summary>
internal sealed class CharsetFilter(FilterPool pool) : BodyFilter
{
    private const int PieceSize = 16 * 1024;

    private BufferPool? _buffers;
    private CharsetTable _table = null!;
    private byte[] _room = [];
    private CharsetTable.Pending _pending; // the beginning of a character whose end is in the next part

    public void Begin(HttpExchange exchange, CharsetTable table)
    {
        _table = table;
        _buffers = exchange.Worker.Loop.Buffers;
        _room = _buffers.Rent(PieceSize);
    }

    public override void Write(ReadOnlySpan<byte> part, BodyMark mark)
    {
        int used = 0;
        while (!part.IsEmpty)
        {
            int consumed = _table.Convert(part, _room.AsSpan(used), ref _pending, out int written);
            part = part[consumed..];
            used += written;
            if (part.IsEmpty) break;
            Pass(_room.AsSpan(0, used), BodyMark.More);
            used = 0;
        }
        Pass(_room.AsSpan(0, used), mark);
    }

    protected override void Clear()
    {
        _buffers?.Return(_room);
        _buffers = null;
        _room = [];
        _table = null!;
        _pending = default;
        pool.Return(this);
    }
}
