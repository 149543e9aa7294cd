namespace Hawser.Doctor;

/// <summary>How findings are written.</summary>
public enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One object.</summary>
    Json,

    /// <summary>SARIF 2.1.0.</summary>
    Sarif,
}

/// <summary>The command line of <c>hawser doctor</c>, as written.</summary>
public sealed record DoctorArguments
{
    /// <summary><c>-c</c>; null looks for nginx.conf where it usually is, unless there is a URL.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary><c>--url</c></summary>
    public string? Url { get; init; }

    /// <summary><c>--page</c></summary>
    public string? Page { get; init; }

    /// <summary><c>--backend</c></summary>
    public string? Backend { get; init; }

    /// <summary><c>--idle</c>, as <c>90s</c>.</summary>
    public string? Idle { get; init; }

    /// <summary><c>--timeout</c> of each step of a probe; 10 s when null.</summary>
    public string? Timeout { get; init; }

    /// <summary><c>--ca</c>: a file of certificates to trust besides the system's.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary><c>--heartbeat</c>, as <c>30s</c>.</summary>
    public string? Heartbeat { get; init; }

    /// <summary><c>--target</c></summary>
    public string Target { get; init; } = "nginx";

    /// <summary><c>--lang</c>; null asks the environment.</summary>
    public string? Lang { get; init; }

    /// <summary><c>--format</c></summary>
    public OutputFormat Format { get; init; }

    /// <summary><c>--fail-on</c>: error, warning, hint or never.</summary>
    public string FailOn { get; init; } = "error";

    /// <summary><c>--fix</c></summary>
    public bool Fix { get; init; }

    /// <summary><c>--write</c></summary>
    public bool Write { get; init; }

    /// <summary><c>-H</c>: fields for the probes' handshakes.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>A directory with mime.types.</summary>
    public string? FallbackIncludeDirectory { get; init; }

    /// <summary>Whether the output may hold escape sequences.</summary>
    public bool Colour { get; init; }

    /// <summary>The program's version.</summary>
    public string Version { get; init; } = "";
}

/// <summary>The command line of <c>hawser explain</c>, as written.</summary>
public sealed record ExplainArguments
{
    /// <summary>The URL.</summary>
    public required string Url { get; init; }

    /// <summary><c>-c</c></summary>
    public string? ConfigurationFile { get; init; }

    /// <summary><c>-H</c></summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary><c>-X</c></summary>
    public string Method { get; init; } = "GET";

    /// <summary><c>--from</c>: the client's address.</summary>
    public string? From { get; init; }

    /// <summary><c>--target</c></summary>
    public string Target { get; init; } = "nginx";

    /// <summary><c>--lang</c></summary>
    public string? Lang { get; init; }

    /// <summary>A directory with mime.types.</summary>
    public string? FallbackIncludeDirectory { get; init; }

    /// <summary>Whether the output may hold escape sequences.</summary>
    public bool Colour { get; init; }
}
