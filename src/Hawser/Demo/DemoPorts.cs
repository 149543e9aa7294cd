using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Hawser.Demo;

/// <summary>The two ports of the demo. Others than those in the file are put into it while it is read.</summary>
/// <param name="Gateway">Where the gateway listens.</param>
/// <param name="Echo">Where the echo backend listens.</param>
internal sealed partial record DemoPorts(int Gateway, int Echo)
{
    /// <summary>The ports that stand in samples/quickstart/nginx.conf.</summary>
    public static readonly DemoPorts Default = new(8080, 8808);

    /// <summary>The gateway's port for <c>--tls</c> where nothing else is said.</summary>
    public const int DefaultTls = 8443;

    /// <summary>The environment variable that sets the gateway's port where the command line does not.</summary>
    public const string Variable = "PORT";

    /// <summary>The configuration with these ports in place of the default ones.</summary>
    /// <param name="tls">For TLS on the gateway's port; null for plain HTTP.</param>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> configuration, DemoCertificate? tls)
    {
        if (this == Default && tls is null)
            return configuration;

        var text = Encoding.Latin1.GetString(configuration.Span);
        var secure = tls is null ? "" : $" ssl; ssl_certificate {Quoted(tls.Certificate)}; ssl_certificate_key {Quoted(tls.Key)}; websocket_upgrade_insecure on";
        text = ListenDirective().Replace(text, match => $"{match.Groups[1].Value}{Gateway}{secure}");
        text = EchoAddress().Replace(text, $"${{1}}{Echo}");
        return Encoding.Latin1.GetBytes(text);
    }

    /// <summary>What to tell a person if one of the ports is taken; null if both are free.</summary>
    public string? FindConflict()
    {
        if (Gateway == Echo)
            return $"the gateway and the echo backend cannot share port {Echo}. Choose another one: hawser --echo-port {Echo + 1}";
        if (!IsFree(IPAddress.Any, Gateway))
            return $"port {Gateway} is already in use. Choose another one: hawser --port {Suggest(Gateway, 10)} (or set {Variable})";
        if (!IsFree(IPAddress.Loopback, Echo))
            return $"port {Echo}, for the echo backend, is already in use. Choose another one: hawser --echo-port {Suggest(Echo, 1)}";

        return null;
    }

    /// <summary>A port of 127.0.0.1 that is free at this moment.</summary>
    public static int TakeFree()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    // As bytes of UTF-8, one character each: the text is written back so.
    private static string Quoted(string path) => $"\"{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path))}\"";

    private int Suggest(int taken, int step)
    {
        var port = taken + step;
        while (port < IPEndPoint.MaxPort && (port == Gateway || port == Echo || !IsFree(IPAddress.Any, port)))
            port += step;

        return Math.Min(port, IPEndPoint.MaxPort);
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException)
        {
            return true; // some other reason, which the gateway will report in its own words
        }
    }

    [GeneratedRegex(@"(\blisten\s+)8080(?=\s*;)")]
    private static partial Regex ListenDirective();

    [GeneratedRegex(@"(\b127\.0\.0\.1:)8808\b")]
    private static partial Regex EchoAddress();
}
