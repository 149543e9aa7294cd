using Hawser.Configuration.Model;

namespace Hawser.Gateway.Exchange;

/// <summary>What the gateway calls itself to clients, as <c>server_tokens</c> allows.</summary>
public static class ProductName
{
    /// <summary>The version of this build, <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(ProductName).Assembly.GetName().Version!.ToString(3);

    private static readonly byte[] s_full = System.Text.Encoding.ASCII.GetBytes("hawser/" + Version);

    public static ReadOnlySpan<byte> For(ServerTokens tokens) => tokens == ServerTokens.Off ? "hawser"u8 : s_full;
}
