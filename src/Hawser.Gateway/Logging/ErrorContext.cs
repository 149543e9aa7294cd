namespace Hawser.Gateway.Logging;

/// <summary>
/// What stands behind a message of the error log, in nginx's order and wording: <c>, client: …, server: …, request: "…", upstream:
/// "…", host: "…", referrer: "…"</c>. A part that is empty is left out.
/// </summary>
public readonly ref struct ErrorContext
{
    public ReadOnlySpan<byte> Client { get; init; }

    /// <summary>The server's name (which may be empty and is written then too), or before a request is read the address that was listened on.</summary>
    public ReadOnlySpan<byte> Server { get; init; }

    public ReadOnlySpan<byte> Request { get; init; }

    /// <summary>Scheme, <c>http://</c>; empty leaves the upstream out.</summary>
    public ReadOnlySpan<byte> UpstreamScheme { get; init; }

    public ReadOnlySpan<byte> UpstreamAddress { get; init; }

    public ReadOnlySpan<byte> UpstreamUri { get; init; }

    public ReadOnlySpan<byte> Host { get; init; }

    public ReadOnlySpan<byte> Referrer { get; init; }

    internal void AppendTo(ref LineBuilder line)
    {
        if (Client.IsEmpty) return;
        line.Add(", client: "u8);
        line.Add(Client);
        line.Add(", server: "u8);
        line.Add(Server);
        AppendQuoted(ref line, ", request: \""u8, Request);
        AppendUpstream(ref line);
        AppendQuoted(ref line, ", host: \""u8, Host);
        AppendQuoted(ref line, ", referrer: \""u8, Referrer);
    }

    private void AppendUpstream(ref LineBuilder line)
    {
        if (UpstreamAddress.IsEmpty) return;
        line.Add(", upstream: \""u8);
        line.Add(UpstreamScheme);
        line.Add(UpstreamAddress);
        if (UpstreamAddress.StartsWith("unix:"u8)) line.Add(":"u8); // a path ends where the target begins
        line.Add(UpstreamUri);
        line.Add("\""u8);
    }

    private static void AppendQuoted(ref LineBuilder line, ReadOnlySpan<byte> label, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        line.Add(label);
        line.Add(value);
        line.Add("\""u8);
    }
}
