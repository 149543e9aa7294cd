namespace Hawser.Testing;

/// <summary>A program that takes nginx's command line: nginx itself, or Hawser.</summary>
/// <param name="Name">What messages call it: <c>nginx</c> or <c>hawser</c>.</param>
/// <param name="Path">Absolute path of the executable.</param>
public sealed record GatewayExecutable(string Name, string Path)
{
    /// <summary>Debian's nginx, or the one that <c>HAWSER_TEST_NGINX</c> names.</summary>
    public static GatewayExecutable Nginx { get; } =
        new("nginx", Environment.GetEnvironmentVariable("HAWSER_TEST_NGINX") ?? "/usr/sbin/nginx");

    /// <summary>The published program that <c>./hawser</c> builds, or the one that <c>HAWSER_TEST_BINARY</c> names.</summary>
    public static GatewayExecutable Hawser { get; } =
        new("hawser", Environment.GetEnvironmentVariable("HAWSER_TEST_BINARY") ?? Repository.Path("artifacts/hawser/hawser"));

    /// <summary>Both, nginx first.</summary>
    public static IReadOnlyList<GatewayExecutable> Both { get; } = [Nginx, Hawser];

    /// <summary>Whether the executable is there.</summary>
    public bool Exists => File.Exists(Path);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
