using System.Globalization;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor;

/// <summary>The program that a configuration is meant for.</summary>
/// <param name="IsHawser">True for Hawser, false for nginx.</param>
/// <param name="Version">nginx's version; null when nobody said, and then what hurts on any version in use is reported.</param>
public sealed record DoctorTarget(bool IsHawser, Version? Version)
{
    /// <summary>nginx of whatever version.</summary>
    public static readonly DoctorTarget Nginx = new(IsHawser: false, null);

    // nginx 1.29.7 talks HTTP/1.1 to upstreams by default.
    private static readonly Version s_http11ByDefault = new(1, 29, 7);

    /// <summary>Whether <c>proxy_http_version</c> is 1.1 where it is not written.</summary>
    public bool SpeaksHttp11ByDefault => IsHawser || Version >= s_http11ByDefault;

    /// <summary>Parses <c>nginx</c>, <c>nginx:1.22.1</c>, <c>hawser</c>; null for anything else.</summary>
    public static DoctorTarget? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "hawser") return new DoctorTarget(true, null);
        if (text == "nginx") return Nginx;
        return text.StartsWith("nginx:", StringComparison.Ordinal) && Version.TryParse(text.AsSpan(6), out Version? version)
            ? new DoctorTarget(false, version.Build < 0 ? new Version(version.Major, version.Minor, 0) : version)
            : null;
    }

    /// <inheritdoc />
    public override string ToString() => IsHawser ? "hawser" : Version is null ? "nginx" : string.Create(CultureInfo.InvariantCulture, $"nginx {Version}");
}

/// <summary>What the doctor is asked to look at.</summary>
public sealed record DoctorOptions
{
    /// <summary>The configuration file; null when only a URL is probed.</summary>
    public string? Path { get; init; }

    /// <summary>Where files are read; the file system by default.</summary>
    public IConfigurationFiles Files { get; init; } = PhysicalFiles.Instance;

    /// <summary>A directory with <c>mime.types</c> for configurations that include it and do not have it; null for none.</summary>
    public string? FallbackIncludeDirectory { get; init; }

    /// <summary>What the configuration is meant for.</summary>
    public DoctorTarget Target { get; init; } = DoctorTarget.Nginx;

    /// <summary>The WebSocket URL that does not work; null when none is given.</summary>
    public Uri? Url { get; init; }

    /// <summary>The page that opens the WebSocket; null when none is given.</summary>
    public Uri? Page { get; init; }

    /// <summary>How often the application sends something on an idle socket; null: never.</summary>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>The time against which certificates are checked.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;
}
