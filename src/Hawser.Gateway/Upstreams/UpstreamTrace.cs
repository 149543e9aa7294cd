using Hawser.IO.Buffers;

namespace Hawser.Gateway.Upstreams;

/// <summary>One attempt at one server of an upstream. Times are milliseconds since the attempt began; -1: it never got that far.</summary>
#pragma warning disable CA1051 // a record of numbers that its one writer fills in place
public struct UpstreamAttempt
{
    /// <summary>nginx's text for the server: <c>127.0.0.1:8080</c>, <c>unix:/path</c>, or the upstream's name when no server was live.</summary>
    public ByteSlice Address;

    /// <summary>The status the server answered with, or the one the failure counts as (502, 504); 0 for none.</summary>
    public int Status;

    public long StartedAt;
    public long ConnectTime;
    public long HeaderTime;
    public long ResponseTime;
    public long BytesReceived;
    public long BytesSent;

    /// <summary>Length of the response body received from the server (<c>$upstream_response_length</c>).</summary>
    public long ResponseLength;

    /// <summary>This attempt belongs to a new request after an internal redirect: nginx separates it with <c>:</c> instead of a comma.</summary>
    public bool StartsNewRequest;
}

/// <summary>
/// Everything about upstreams that variables and the log can ask for after the fact: one entry per attempt, and the header
/// of the last response.
/// </summary>
public sealed class UpstreamTrace
{
    private UpstreamAttempt[] _attempts = new UpstreamAttempt[2];

    public int Count { get; private set; }

    /// <summary>The exchange with an upstream that is under way, if one is.</summary>
    public ProxyRun? Active { get; set; }

    public ReadOnlySpan<UpstreamAttempt> Attempts => _attempts.AsSpan(0, Count);

    /// <summary>The attempt under way or made last.</summary>
    public ref UpstreamAttempt Current => ref _attempts[Count - 1];

    /// <summary>The header fields of the last response, as they came, hidden ones included: <c>$upstream_http_*</c>.</summary>
    public Exchange.HeaderList ResponseHeaders { get; } = new();

    /// <summary>Fields after the last response's chunked body: <c>$upstream_trailer_*</c>.</summary>
    public Exchange.HeaderList ResponseTrailers { get; } = new();

    /// <summary>Host and port of the <c>proxy_pass</c> in force, evaluated: <c>$proxy_host</c>, <c>$proxy_port</c>.</summary>
    public ByteSlice ProxyHost { get; set; }

    public ByteSlice ProxyPort { get; set; }

    /// <summary>Scheme and separator of the <c>proxy_pass</c> in force, <c>http://</c>, for the error log.</summary>
    public ByteSlice Scheme { get; set; }

    /// <summary>The target sent to the upstream, for the error log.</summary>
    public ByteSlice RequestUri { get; set; }

    /// <summary>Length of the body that goes to the upstream (<c>$proxy_internal_body_length</c>): -1 for a chunked one, null for none.</summary>
    public long? RequestBodyLength { get; set; }

    /// <summary>Starts the record of an attempt.</summary>
    public ref UpstreamAttempt Begin(ByteSlice address, long now, bool startsNewRequest)
    {
        if (Count == _attempts.Length) Array.Resize(ref _attempts, Count * 2);
        ref UpstreamAttempt attempt = ref _attempts[Count++];
        attempt = new UpstreamAttempt
        {
            Address = address,
            StartedAt = now,
            ConnectTime = -1,
            HeaderTime = -1,
            ResponseTime = -1,
            StartsNewRequest = startsNewRequest && Count > 1,
        };
        return ref attempt;
    }

    /// <summary>Takes back attempts that were kept aside.</summary>
    public void Restore(ReadOnlySpan<UpstreamAttempt> attempts)
    {
        foreach (ref readonly UpstreamAttempt attempt in attempts)
        {
            if (Count == _attempts.Length) Array.Resize(ref _attempts, Count * 2);
            _attempts[Count++] = attempt;
        }
    }

    public void Reset()
    {
        Array.Clear(_attempts, 0, Count);
        Count = 0;
        ResponseHeaders.Clear();
        ResponseTrailers.Clear();
        ProxyHost = ProxyPort = Scheme = RequestUri = default;
        RequestBodyLength = null;
        Active = null;
    }
}
