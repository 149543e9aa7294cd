using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Configuration.Binding;

/// <summary>An address with what may stand around it.</summary>
/// <param name="Address">The address.</param>
/// <param name="Uri">What follows it, from its <c>/</c> or <c>?</c> on; empty if nothing does.</param>
/// <param name="IsWildcard">Whether it stands for all addresses.</param>
/// <param name="LastPort">The end of a range of ports; the port itself without one.</param>
internal readonly record struct ParsedAddress(EndpointAddress Address, string Uri, bool IsWildcard, int LastPort);

/// <summary>Parses addresses as nginx's ngx_parse_url does, but resolves no names.</summary>
internal static class AddressParser
{
    private const int LongestSocketPath = 107;

    /// <summary>Parses an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="defaultPort">The port where none is written.</param>
    /// <param name="forListen">True for <c>listen</c>: a port alone, <c>*</c> and ranges of ports are allowed.</param>
    /// <param name="allowUri">True if a URI may follow.</param>
    /// <param name="error">nginx's words for what is wrong; null if nothing is.</param>
    public static ParsedAddress? Parse(string text, int defaultPort, bool forListen, bool allowUri, out string? error)
    {
        error = null;
        try
        {
            if (text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
                return ParseUnix(text, allowUri);
            return text.StartsWith('[')
                ? ParseIPv6(text, defaultPort, forListen, allowUri)
                : ParseName(text, defaultPort, forListen, allowUri);
        }
        catch (FormatException e)
        {
            error = e.Message;
            return null;
        }
    }

    /// <summary>Reads four decimal numbers with dots, and nothing else that .NET would take for an IPv4 address.</summary>
    public static IPAddress? ParseIPv4(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        int index = 0;
        int value = 0;
        int digits = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                value = value * 10 + (c - '0');
                if (++digits > 9 || value > 255)
                    return null;
            }
            else if (c == '.' && digits != 0 && index < 3)
            {
                bytes[index++] = (byte)value;
                value = 0;
                digits = 0;
            }
            else
            {
                return null;
            }
        }
        if (index != 3 || digits == 0)
            return null;
        bytes[3] = (byte)value;
        return new IPAddress(bytes);
    }

    /// <summary>Reads an IPv6 address without brackets and scope.</summary>
    public static IPAddress? ParseIPv6(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.'))
                return null;
        }
        return IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? address : null;
    }

    private static ParsedAddress ParseUnix(string text, bool allowUri)
    {
        string path = text[5..];
        string uri = "";
        int colon = path.IndexOf(':');
        if (allowUri && colon >= 0)
        {
            uri = path[(colon + 1)..];
            path = path[..colon];
        }
        if (path.Length == 0)
            throw new FormatException("no path in the unix domain socket");
        if (path.Length > LongestSocketPath)
            throw new FormatException("too long path in the unix domain socket");
        var address = new EndpointAddress(text[..(5 + path.Length)], AddressKind.Unix, path, null, 0, HasPort: false);
        return new ParsedAddress(address, uri, IsWildcard: false, 0);
    }

    private static ParsedAddress ParseIPv6(string text, int defaultPort, bool forListen, bool allowUri)
    {
        int close = text.IndexOf(']');
        if (close < 0)
            throw new FormatException("invalid host");
        string uri = SplitUri(ref text, text.IndexOf('/', close), forListen, allowUri);
        int port = defaultPort;
        int last = defaultPort;
        bool hasPort = close + 1 < text.Length;
        if (hasPort)
        {
            if (text[close + 1] != ':')
                throw new FormatException("invalid host");
            (port, last) = ParsePorts(text[(close + 2)..], forListen);
        }
        if (close == 1)
            throw new FormatException("no host");
        IPAddress address = ParseIPv6(text.AsSpan(1, close - 1)) ?? throw new FormatException("invalid IPv6 address");
        var endpoint = new EndpointAddress(text, AddressKind.IPv6, text[..(close + 1)], address, port, hasPort);
        return new ParsedAddress(endpoint, uri, address.Equals(IPAddress.IPv6Any), last);
    }

    private static ParsedAddress ParseName(string text, int defaultPort, bool forListen, bool allowUri)
    {
        string whole = text;
        string uri = SplitUri(ref text, text.AsSpan().IndexOfAny('/', '?'), forListen, allowUri);
        int colon = text.IndexOf(':');
        if (colon < 0 && forListen && whole == text && IsPortAlone(text))
        {
            (int first, int end) = ParsePorts(text, allowRange: true);
            return new ParsedAddress(new EndpointAddress(text, AddressKind.IPv4, "0.0.0.0", IPAddress.Any, first, true), "", true, end);
        }

        int port = defaultPort;
        int last = defaultPort;
        if (colon >= 0)
            (port, last) = ParsePorts(text[(colon + 1)..], forListen);
        string host = colon >= 0 ? text[..colon] : text;
        if (host.Length == 0)
            throw new FormatException("no host");
        IPAddress? address = forListen && host == "*" ? IPAddress.Any : ParseIPv4(host);
        AddressKind kind = address is null ? AddressKind.HostName : AddressKind.IPv4;
        var endpoint = new EndpointAddress(text, kind, host, address, port, colon >= 0);
        return new ParsedAddress(endpoint, uri, IPAddress.Any.Equals(address), last);
    }

    private static string SplitUri(ref string text, int at, bool forListen, bool allowUri)
    {
        if (at < 0)
            return "";
        if (forListen || !allowUri)
            throw new FormatException("invalid host");
        string uri = text[at..];
        text = text[..at];
        return uri;
    }

    private static bool IsPortAlone(string text)
    {
        int dash = text.IndexOf('-');
        return dash < 0
            ? ValueParser.Number(text) is not null
            : ValueParser.Number(text.AsSpan(0, dash)) is not null && ValueParser.Number(text.AsSpan(dash + 1)) is not null;
    }

    private static (int First, int Last) ParsePorts(string text, bool allowRange)
    {
        int dash = allowRange ? text.IndexOf('-') : -1;
        int last = dash < 0 ? 0 : ParsePort(text.AsSpan(dash + 1));
        int first = ParsePort(dash < 0 ? text : text.AsSpan(0, dash));
        if (dash >= 0 && first > last)
            throw new FormatException("invalid port range");
        return (first, dash < 0 ? first : last);
    }

    private static int ParsePort(ReadOnlySpan<char> text) =>
        ValueParser.Number(text) is { } port and >= 1 and <= 65535 ? (int)port : throw new FormatException("invalid port");
}
