using Hawser.Gateway.Phases;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Exchange;

/// <summary>
/// The head of the answer under construction. Fields that the gateway computes with have members of their own; all others stand in
/// <see cref="Headers"/> in the order in which they will be sent.
/// </summary>
public sealed class ResponseHead
{
    /// <summary>The length of a body whose end only its framing will tell.</summary>
    public const long UnknownLength = -1;

    private ByteSlice _contentType;

    /// <summary>0 until somebody has decided.</summary>
    public int Status { get; set; }

    /// <summary>An upstream's own status text with its code (<c>200 Fine</c>), sent as it came; empty for the standard one.</summary>
    public ByteSlice StatusLine { get; set; }

    /// <summary>The media type, with a charset where one was named or <c>charset</c> has added it.</summary>
    public ByteSlice ContentType
    {
        get => _contentType;
        set
        {
            _contentType = value;
            HasUpstreamType = false;
            MediaTypeLength = 0;
        }
    }

    /// <summary>The type is an upstream's: a charset in it counts as known (<c>override_charset</c>). Set after the type.</summary>
    public bool HasUpstreamType { get; set; }

    /// <summary>How much of <see cref="ContentType"/> is the type, where <c>charset</c> has added to it; else 0. Set after the type.</summary>
    public int MediaTypeLength { get; set; }

    /// <summary>Whether the body is packed depends on the client; <c>gzip_vary</c> tells caches.</summary>
    public bool VariesByEncoding { get; set; }

    /// <summary>Bytes of the body, or <see cref="UnknownLength"/>.</summary>
    public long ContentLength { get; set; } = UnknownLength;

    /// <summary>Seconds since 1970 when the content last changed, or -1. Used by conditional requests; sent unless a Last-Modified field stands in <see cref="Headers"/>.</summary>
    public long LastModified { get; set; } = -1;

    /// <summary>The entity tag for conditional requests; it is sent because it also stands in <see cref="Headers"/>.</summary>
    public ByteSlice ETag { get; set; }

    /// <summary>Whether the body may be cut to ranges (a static file, or <c>proxy_force_ranges</c>).</summary>
    public bool AllowRanges { get; set; }

    /// <summary>The answer holds these ranges alone; null for all of it. Set before the answer starts, by <see cref="ResponseFilters.Prepare"/>.</summary>
    public RangePlan? Ranges { get; set; }

    /// <summary><c>proxy_pass_header Server</c>: the upstream's field stands in <see cref="Headers"/>, or there is none.</summary>
    public bool OmitServer { get; set; }

    /// <summary><c>proxy_pass_header Date</c>: the upstream's field stands in <see cref="Headers"/>, or there is none.</summary>
    public bool OmitDate { get; set; }

    /// <summary>Suppresses Content-Type even for a body (<c>204</c>, or an upstream that sent none).</summary>
    public bool OmitContentType { get; set; }

    /// <summary>The Location field is a redirect of the gateway's own, not an upstream's: if it is a path it is completed before it is sent.</summary>
    public bool IsOwnRedirect { get; set; }

    /// <summary>The Location field was completed. It then stands before Connection, as in nginx, and not at its place in <see cref="Headers"/>.</summary>
    public bool IsLocationCompleted { get; set; }

    /// <summary><c>add_header</c> and <c>expires</c> have done their part already (<see cref="ResponseFilters.Prepare"/>).</summary>
    public bool HasAddedFields { get; set; }

    /// <summary>The body has a Content-Encoding, which its maker has set.</summary>
    public bool IsEncoded { get; set; }

    /// <summary><c>add_trailer</c> has something to add after the body, which is chunked then even if its length is known.</summary>
    public bool ExpectsTrailers { get; set; }

    public HeaderList Headers { get; } = new();

    /// <summary>Fields after a chunked body.</summary>
    public HeaderList Trailers { get; } = new();

    /// <summary>
    /// The body will be another sequence of bytes with the same meaning: its length is not known, ranges make no sense, and an entity tag is weak
    /// (RFC 9110 §8.8.1) or, if it is none, goes.
    /// </summary>
    internal void BecomeTransformed(Arena arena)
    {
        ContentLength = UnknownLength;
        AllowRanges = false;
        Headers.RemoveAll(KnownHeader.AcceptRanges);
        for (int i = 0; i < Headers.Count; i++)
        {
            if (Headers.Fields[i].Known != KnownHeader.ETag) continue;
            ByteSlice tag = Headers.Fields[i].Value;
            if (tag.Span.StartsWith("W/"u8)) return;
            if (!tag.Span.StartsWith("\""u8))
            {
                Headers.RemoveAll(KnownHeader.ETag);
                ETag = default;
                return;
            }
            ETag = arena.Concat("W/"u8, tag.Span);
            Headers.SetValue(i, ETag);
            return;
        }
    }

    public void Reset()
    {
        Status = 0;
        VariesByEncoding = ExpectsTrailers = IsEncoded = false;
        StatusLine = default;
        ContentType = default;
        ContentLength = UnknownLength;
        LastModified = -1;
        ETag = default;
        AllowRanges = false;
        Ranges = null;
        OmitServer = OmitDate = false;
        OmitContentType = HasAddedFields = IsOwnRedirect = IsLocationCompleted = false;
        Headers.Clear();
        Trailers.Clear();
    }
}
