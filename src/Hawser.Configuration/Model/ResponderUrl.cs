using System.Diagnostics.CodeAnalysis;
using Hawser.Configuration.Binding;

namespace Hawser.Configuration.Model;

/// <summary>The URL of an OCSP responder, from a directive or from a certificate.</summary>
/// <param name="Text">As written, without the scheme.</param>
/// <param name="Address">The host and the port, 80 if none is written.</param>
/// <param name="Uri">The path, at least <c>/</c>.</param>
public sealed record ResponderUrl(string Text, EndpointAddress Address, string Uri)
{
    private const string Scheme = "http://";
    private const int DefaultPort = 80;

    /// <summary>Reads a URL.</summary>
    /// <param name="text">One byte per character.</param>
    /// <param name="problem">What is wrong with it, in nginx's words: <c>invalid port in OCSP responder "…"</c>.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ResponderUrl? url, [NotNullWhen(false)] out string? problem)
    {
        url = null;
        if (text.Length <= Scheme.Length || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            problem = $"invalid URL prefix in OCSP responder \"{text}\"";
            return false;
        }
        string rest = text[Scheme.Length..];
        if (rest.AsSpan().ContainsAnyInRange('\0', ' ') || rest.Contains('\x7f'))
        {
            // It becomes part of a request line.
            problem = $"invalid character in OCSP responder \"{rest}\"";
            return false;
        }
        if (AddressParser.Parse(rest, DefaultPort, forListen: false, allowUri: true, out string? error) is not { } parsed)
        {
            problem = $"{error} in OCSP responder \"{rest}\"";
            return false;
        }
        problem = null;
        // What follows a host may be a query alone (RFC 3986 §3.3).
        string uri = parsed.Uri.StartsWith('/') ? parsed.Uri : "/" + parsed.Uri;
        url = new ResponderUrl(rest, parsed.Address, uri);
        return true;
    }
}
