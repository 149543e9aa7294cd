using System.Net;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Tests.Support;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tests.Routing;

public sealed class ListenerTests
{
    [Fact]
    public void Compile_WildcardAndItsAddresses_ShareOneSocket()
    {
        using var gateway = new TestGateway("""
            server { listen 8080; server_name all; }
            server { listen 127.0.0.1:8080; server_name one; }
            server { listen 127.0.0.2:8080 bind; server_name own; }
            server { listen 127.0.0.1:8081; server_name other; }
            server { listen [::]:8080; server_name six; }
            server { listen [::1]:8080; server_name sixone; }
            server { listen unix:%DIR%/sock; server_name unix; }
            """);

        string[] sockets = [.. gateway.Model.Listeners.Keys.Select(e => e.ToString().Replace(gateway.Directory, "")).Order(StringComparer.Ordinal)];
        Assert.Equal(["0.0.0.0:8080", "127.0.0.1:8081", "127.0.0.2:8080", "[::]:8080", "unix:/sock"], sockets);
        Assert.Equal("one", NameFor("0.0.0.0", "127.0.0.1"));
        Assert.Equal("all", NameFor("0.0.0.0", "127.0.0.3"));
        Assert.Equal("own", NameFor("127.0.0.2", "127.0.0.2"));
        Assert.Equal("sixone", NameFor("::", "::1"));
        Assert.Equal("six", NameFor("::", "2001:db8::1"));

        string NameFor(string socket, string local)
        {
            ListenerModel listener = gateway.Model.Listeners[SocketEndpoint.FromIP(IPAddress.Parse(socket), 8080)];
            return listener.For(SocketEndpoint.FromIP(IPAddress.Parse(local), 8080)).Default.Name.ToString();
        }
    }

    [Fact]
    public void Compile_AddressesWithoutOthers_AskForNoLocalAddress()
    {
        using var gateway = new TestGateway("server { listen 8080; } server { listen 127.0.0.1:8081; }");
        Assert.All(gateway.Model.Listeners.Values, static listener => Assert.Null(listener.Specific));
    }

    [Fact]
    public void Compile_DefaultServer_IsTheOneThatSaysSoElseTheFirst()
    {
        using var gateway = new TestGateway("""
            server { listen 127.0.0.1:8080; server_name a; }
            server { listen 127.0.0.1:8080 default_server; server_name b; }
            server { listen 127.0.0.1:8081; server_name c; }
            server { listen 127.0.0.1:8081; server_name d; }
            """);
        Assert.Equal("b", gateway.Model.Listeners[SocketEndpoint.FromIP(IPAddress.Loopback, 8080)].Default.Name.ToString());
        Assert.Equal("c", gateway.Model.Listeners[SocketEndpoint.FromIP(IPAddress.Loopback, 8081)].Default.Name.ToString());
    }

    [Fact]
    public void Compile_SocketOptions_ReachTheSocket()
    {
        using var gateway = new TestGateway(
            "server { listen 127.0.0.1:8080 backlog=7 rcvbuf=8k sndbuf=16k reuseport deferred fastopen=3 so_keepalive=10m:5s:9; } server { listen [::]:8081 ipv6only=off; }");
        ListenSocketOptions options = gateway.Model.Listeners[SocketEndpoint.FromIP(IPAddress.Loopback, 8080)].Options;
        Assert.Equal(new ListenSocketOptions
        {
            Backlog = 7,
            NoDelay = true,
            ReceiveBuffer = 8192,
            SendBuffer = 16384,
            ReusePort = true,
            DeferAccept = true,
            FastOpen = 3,
            KeepAlive = true,
            KeepAliveIdleSeconds = 600,
            KeepAliveIntervalSeconds = 5,
            KeepAliveProbes = 9,
        }, options);
        Assert.False(gateway.Model.Listeners[SocketEndpoint.FromIP(IPAddress.IPv6Any, 8081)].Options.IPv6Only);
    }
}
