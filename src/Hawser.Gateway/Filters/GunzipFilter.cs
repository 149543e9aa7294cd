using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.IO.Compression;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Filters;

/// <summary>
/// <c>gunzip</c>: unpacks the body. A small body can become a huge one, so what would come of a part at once is bounded; the rest of the
/// part waits until the client has taken that.
/// </summary>
internal sealed class GunzipFilter(FilterPool pool) : BodyFilter
{
    private const int PieceSize = 32 * 1024;
    private const int MostAtOnce = 4 * PieceSize;

    private static readonly ByteSlice s_gzip = ByteSlice.FromLatin1("gzip");

    private HttpExchange _exchange = null!;
    private GzipDecoder? _decoder;
    private byte[] _room = [];
    private byte[]? _held;      // input that waits
    private int _heldStart;
    private int _heldEnd;
    private BodyMark _heldMark; // what follows it
    private bool _isBetween;    // a member has ended and no other has begun
    private bool _hasFailed;

    public override bool HoldsInput => _held is not null;

    /// <summary>The header filter: unpacks what is packed, for clients that take it no other way.</summary>
    public static void Apply(HttpExchange exchange, CompressionModel model)
    {
        ResponseHead head = exchange.Response.Head;
        if (!head.IsEncoded || !head.Headers.TryGet(KnownHeader.ContentEncoding, out ByteSlice encoding) || !AsciiText.EqualsIgnoreCase(encoding.Span, s_gzip.Span)) return;
        head.VariesByEncoding = true;
        if (model.ClientTakesGzip(exchange)) return;
        GunzipFilter filter = exchange.Worker.Filters.RentGunzip();
        filter.Begin(exchange);
        exchange.Response.AddFilter(filter);
        head.IsEncoded = false;
        head.Headers.RemoveAll(KnownHeader.ContentEncoding);
        head.BecomeTransformed(exchange.Arena);
    }

    public override void Write(ReadOnlySpan<byte> part, BodyMark mark)
    {
        if (_hasFailed || _decoder is null) return;
        if (_held is not null)
        {
            Hold(part, mark);
            return;
        }
        int consumed = Unpack(part, mark);
        if (consumed >= 0) Hold(part[consumed..], mark);
    }

    public override void Resume()
    {
        if (_held is not { } held) return;
        ReadOnlySpan<byte> part = held.AsSpan(_heldStart, _heldEnd - _heldStart);
        int consumed = Unpack(part, _heldMark);
        if (consumed >= 0) _heldStart += consumed;
        else ReturnHeld();
    }

    protected override void Clear()
    {
        ReturnHeld();
        if (_decoder is not null)
        {
            pool.Return(_decoder);
            _exchange.Worker.Loop.Buffers.Return(_room);
        }
        _decoder = null;
        _room = [];
        _exchange = null!;
        _isBetween = _hasFailed = false;
        pool.Return(this);
    }

    private void Begin(HttpExchange exchange)
    {
        _exchange = exchange;
        _decoder = pool.RentDecoder();
        _room = exchange.Worker.Loop.Buffers.Rent(PieceSize);
    }

    /// <summary>Unpacks until the part is used up (-1), or so much has come of it that the client comes first (how much of it was used).</summary>
    private int Unpack(ReadOnlySpan<byte> part, BodyMark mark)
    {
        int consumed = 0;
        int passed = 0;
        while (!_isBetween || consumed < part.Length)
        {
            if (_isBetween) _decoder!.Reset();
            GzipDecoding result = _decoder!.Decode(part[consumed..], _room, out int used, out int written);
            consumed += used;
            passed += written;
            Pass(_room.AsSpan(0, written), BodyMark.More);
            if (result == GzipDecoding.Invalid)
            {
                Fail($"inflate() failed: {_decoder.LastError}");
                return -1;
            }
            _isBetween = result == GzipDecoding.MemberEnd;
            // Room that is left over says that nothing more comes without more input.
            if (!_isBetween && consumed == part.Length && written < _room.Length) break;
            if (passed >= MostAtOnce) return consumed;
        }
        if (mark == BodyMark.End && !_isBetween) Fail("inflate() ended before the packed response did: it is cut short");
        else if (mark != BodyMark.More) Pass(default, mark);
        return -1;
    }

    private void Fail(string reason)
    {
        _hasFailed = true;
        _exchange.LogError(LogLevel.Error, reason);
        Response.FailBody();
    }

    private void Hold(ReadOnlySpan<byte> part, BodyMark mark)
    {
        BufferPool buffers = _exchange.Worker.Loop.Buffers;
        int kept = _held is null ? 0 : _heldEnd - _heldStart;
        if (_held is null || _held.Length - _heldEnd < part.Length)
        {
            byte[] larger = buffers.Rent(Math.Max(kept + part.Length, 1));
            _held?.AsSpan(_heldStart, kept).CopyTo(larger);
            if (_held is not null) buffers.Return(_held);
            (_held, _heldStart, _heldEnd) = (larger, 0, kept);
        }
        part.CopyTo(_held.AsSpan(_heldEnd));
        _heldEnd += part.Length;
        _heldMark = mark;
    }

    private void ReturnHeld()
    {
        if (_held is not null) _exchange.Worker.Loop.Buffers.Return(_held);
        _held = null;
        _heldStart = _heldEnd = 0;
        _heldMark = BodyMark.More;
    }
}
