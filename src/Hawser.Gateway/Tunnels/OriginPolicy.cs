using System.Text;
using System.Text.RegularExpressions;
using Hawser.Configuration;
using Hawser.Configuration.Model;
using Hawser.Configuration.Patterns;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tunnels;

/// <summary>
/// <c>websocket_origins</c>: which pages may open a WebSocket. Browsers let any page open one to any host and send the user's cookies along; the
/// Origin field (RFC 6455 §10.2) is all that tells a page of the attacker from one's own.
/// </summary>
public sealed class OriginPolicy
{
    private readonly bool _allowsSame;
    private readonly Entry[] _entries;

    private readonly record struct Entry(byte[] Text, bool IsSuffix, bool HasScheme, Regex? Regex);

    private OriginPolicy(bool allowsSame, Entry[] entries)
    {
        _allowsSame = allowsSame;
        _entries = entries;
    }

    /// <summary>Null: every origin may.</summary>
    /// <exception cref="GatewayCompilationException">A pattern cannot be translated.</exception>
    public static OriginPolicy? From(OriginsConfig? config)
    {
        if (config is null) return null;
        var entries = new Entry[config.Patterns.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            OriginPattern pattern = config.Patterns[i];
            entries[i] = new Entry(Encoding.Latin1.GetBytes(pattern.Text), pattern.IsSuffix, pattern.HasScheme, Translate(pattern.Regex));
        }
        return new OriginPolicy(config.AllowsSame, entries);
    }

    /// <summary>Whether a handshake may go on.</summary>
    /// <param name="origin">The value of Origin, not empty.</param>
    public bool Allows(HttpExchange exchange, ReadOnlySpan<byte> origin)
    {
        // RFC 6454 §6.2: serialised in lower case by every browser; compared in lower case, because that costs an attacker nothing.
        Span<byte> lower = origin.Length <= 256 ? stackalloc byte[origin.Length] : exchange.Arena.Allocate(origin.Length, out _);
        Ascii.ToLower(origin, lower, out _);
        int scheme = lower.IndexOf("://"u8);
        ReadOnlySpan<byte> host = scheme < 0 ? lower : lower[(scheme + 3)..];
        if (_allowsSame && scheme > 0 && IsSame(exchange, lower[..scheme], host)) return true;
        foreach (Entry entry in _entries)
        {
            ReadOnlySpan<byte> subject = entry.HasScheme ? lower : host;
            bool matches = entry.Regex is { } regex ? Matches(regex, origin)
                : entry.IsSuffix ? IsBelow(subject, entry)
                : subject.SequenceEqual(entry.Text);
            if (matches) return true;
        }
        return false;
    }

    /// <summary>
    /// The page comes from the host that is asked. Its scheme is not compared: a gateway behind a TLS terminator does not know the browser's.
    /// </summary>
    private static bool IsSame(HttpExchange exchange, ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> host)
    {
        ByteSlice asked = exchange.Host;
        if (asked.IsEmpty || !host.StartsWith(asked.Span)) return false;
        ReadOnlySpan<byte> port = host[asked.Length..];
        if (!port.IsEmpty && port[0] != (byte)':') return false;
        return WithoutDefault(port.IsEmpty ? port : port[1..], scheme).SequenceEqual(WithoutDefault(exchange.HostPort.Span, scheme));
    }

    private static ReadOnlySpan<byte> WithoutDefault(ReadOnlySpan<byte> port, ReadOnlySpan<byte> scheme) =>
        port.SequenceEqual(scheme.SequenceEqual("https"u8) ? "443"u8 : "80"u8) ? default : port;

    // ".example.com", or "https://.example.com": everything in front of the first dot of a host that is longer.
    private static bool IsBelow(ReadOnlySpan<byte> subject, in Entry entry)
    {
        int host = entry.HasScheme ? entry.Text.AsSpan().IndexOf("://"u8) + 3 : 0;
        ReadOnlySpan<byte> suffix = entry.Text.AsSpan(host);
        return subject.Length > entry.Text.Length && subject.StartsWith(entry.Text.AsSpan(0, host)) && subject.EndsWith(suffix);
    }

    private static bool Matches(Regex regex, ReadOnlySpan<byte> origin)
    {
        try
        {
            return regex.IsMatch(Encoding.Latin1.GetString(origin));
        }
        catch (RegexMatchTimeoutException)
        {
            return false; // what cannot be judged is refused
        }
    }

    private static Regex? Translate(RegexPattern? pattern)
    {
        if (pattern is null) return null;
        if (PcrePattern.TryTranslate(pattern.Text, pattern.IgnoreCase, out PcrePattern? translated, out RegexError? error)) return translated.ToRegex();
        throw new GatewayCompilationException($"{error.Message} in \"{pattern.Text}\"", pattern.Span);
    }
}
