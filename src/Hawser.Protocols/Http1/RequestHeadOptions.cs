namespace Hawser.Protocols.Http1;

/// <summary>The directives that decide which request heads are acceptable. The defaults are nginx's.</summary>
public sealed record RequestHeadOptions
{
    /// <summary>All of nginx's defaults.</summary>
    public static RequestHeadOptions Default { get; } = new();

    /// <summary><c>client_header_buffer_size</c>, bytes: what a head may take before large buffers are counted.</summary>
    public int FirstBufferSize { get; init; } = 1024;

    /// <summary><c>large_client_header_buffers</c>, second value, bytes: no single line may fill one.</summary>
    public int LargeBufferSize { get; init; } = 8192;

    /// <summary><c>large_client_header_buffers</c>, first value: how many a request may take.</summary>
    public int LargeBufferCount { get; init; } = 4;

    /// <summary><c>max_headers</c>: the number of header lines that are still accepted.</summary>
    public int MaxHeaders { get; init; } = 1000;

    /// <summary><c>underscores_in_headers</c>: whether <c>_</c> is an ordinary character of a header name.</summary>
    public bool UnderscoresInHeaders { get; init; }

    /// <summary>
    /// <c>ignore_invalid_headers</c>: the caller drops fields flagged invalid. The parser only needs to know because a
    /// dropped field does not count towards <see cref="MaxHeaders"/>.
    /// </summary>
    public bool IgnoreInvalidHeaders { get; init; } = true;
}
