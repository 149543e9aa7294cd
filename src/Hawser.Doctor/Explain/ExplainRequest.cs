using System.Collections.Immutable;
using System.Globalization;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Explain;

/// <summary>A request that is imagined to arrive. All texts are byte strings.</summary>
public sealed record ExplainRequest
{
    /// <summary><c>ws</c>, <c>wss</c>, <c>http</c> or <c>https</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The host of the URL with its port, as it stands there.</summary>
    public required string Authority { get; init; }

    /// <summary>The host alone, without brackets.</summary>
    public required string Host { get; init; }

    /// <summary>The port that the client connects to.</summary>
    public required int Port { get; init; }

    /// <summary>The request target as sent: path and query.</summary>
    public required string Target { get; init; }

    /// <summary>The method.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Header fields in order, behind Host. A Host among them replaces that of the URL.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The client's address; null leaves <c>$remote_addr</c> open.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>The address that the client connects to; null where it does not matter.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>True for <c>wss</c> and <c>https</c>.</summary>
    public bool IsTls => Scheme is "wss" or "https";

    /// <summary>True for a handshake: the URL's scheme is <c>ws</c> or <c>wss</c>.</summary>
    public bool IsWebSocket => Scheme is "ws" or "wss";

    /// <summary>Takes a URL apart without changing a byte of its path.</summary>
    /// <param name="url">With or without scheme; without one <c>ws</c> is meant.</param>
    /// <param name="extra">Fields as <c>Name: value</c> that replace those of that name.</param>
    /// <returns>Null when the URL is none.</returns>
    public static ExplainRequest? Parse(string url, IEnumerable<string> extra)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(extra);
        string text = ByteText.FromText(url);
        int mark = text.IndexOf("://", StringComparison.Ordinal);
        string scheme = mark < 0 ? "ws" : text[..mark].ToLowerInvariant();
        if (scheme is not ("ws" or "wss" or "http" or "https")) return null;
        string rest = mark < 0 ? text : text[(mark + 3)..];
        int end = rest.AsSpan().IndexOfAny('/', '?', '#');
        string authority = end < 0 ? rest : rest[..end];
        string target = end < 0 ? "/" : rest[end..];
        int hash = target.IndexOf('#');
        if (hash >= 0) target = target[..hash];
        if (!target.StartsWith('/')) target = "/" + target;
        if (!TrySplit(authority, scheme is "wss" or "https" ? 443 : 80, out string host, out int port)) return null;
        return new ExplainRequest
        {
            Scheme = scheme,
            Authority = authority,
            Host = host,
            Port = port,
            Target = target,
            Headers = FieldsOf(scheme, extra),
        };
    }

    private static bool TrySplit(string authority, int defaultPort, out string host, out int port)
    {
        int at = authority.LastIndexOf('@');
        if (at >= 0) authority = authority[(at + 1)..];
        int colon = authority.LastIndexOf(':');
        if (colon < authority.LastIndexOf(']')) colon = -1;
        host = (colon < 0 ? authority : authority[..colon]).Trim('[', ']');
        port = defaultPort;
        return host.Length > 0
            && (colon < 0 || (int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536));
    }

    private static ImmutableArray<(string, string)> FieldsOf(string scheme, IEnumerable<string> extra)
    {
        var fields = new List<(string Name, string Value)>();
        if (scheme is "ws" or "wss")
        {
            // RFC 6455 §1.3's own example.
            fields.AddRange([("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13")]);
        }
        foreach (string line in extra)
        {
            int colon = line.IndexOf(':');
            if (colon <= 0) continue;
            string name = ByteText.FromText(line[..colon].Trim());
            fields.RemoveAll(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            string value = ByteText.FromText(line[(colon + 1)..].Trim());
            if (value.Length > 0) fields.Add((name, value));
        }
        return [.. fields];
    }
}
