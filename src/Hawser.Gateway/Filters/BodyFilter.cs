using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Filters;

/// <summary>What follows a part of a body.</summary>
internal enum BodyMark : byte
{
    /// <summary>More of it, later.</summary>
    More,

    /// <summary>More of it, but what came so far is to reach the client now (<c>proxy_buffering off</c>).</summary>
    Flush,

    /// <summary>Nothing: it is whole.</summary>
    End,
}

/// <summary>
/// One step that an answer's body passes through: unpacking, conversion of the charset, compression, in this order. Filters are pooled by
/// the worker. The header filters choose them (<see cref="BodyFilters"/>); an answer without any goes straight to the sink.
/// </summary>
internal abstract class BodyFilter
{
    private HttpResponse? _response;

    /// <summary>The next step; null for the last one.</summary>
    internal BodyFilter? Next { get; set; }

    protected HttpResponse Response => _response!;

    /// <summary>
    /// Input that was taken and not worked on yet, because it grows to more than the client should be sent at once.
    /// <see cref="Resume"/> goes on with it.
    /// </summary>
    public virtual bool HoldsInput => false;

    internal void Attach(HttpResponse response) => _response = response;

    /// <summary>Takes a part of the body and passes on what comes of it. The bytes are the caller's again afterwards.</summary>
    public abstract void Write(ReadOnlySpan<byte> part, BodyMark mark);

    /// <summary>Goes on with input that was held back.</summary>
    public virtual void Resume()
    {
    }

    /// <summary>Lets go of everything about the answer and returns to the pool.</summary>
    public void Release()
    {
        Clear();
        Next = null;
        _response = null;
    }

    protected abstract void Clear();

    protected void Pass(ReadOnlySpan<byte> part, BodyMark mark)
    {
        if (part.IsEmpty && mark == BodyMark.More) return;
        if (Next is { } next) next.Write(part, mark);
        else Response.Emit(part, mark);
    }
}
