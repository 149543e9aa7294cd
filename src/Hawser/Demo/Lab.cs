using System.Net;
using Hawser.Echo;
using Hawser.Hosting;

namespace Hawser.Demo;

/// <summary>What the demo's page can break, and mend again: the backend, the wire to it, and a second gateway with a pitfall in it.</summary>
internal sealed class Lab : IAsyncDisposable
{
    /// <summary>Seconds after which the pitfall of the silent tunnel strikes, in place of nginx's sixty.</summary>
    public const int IdleSeconds = 6;

    private const string OnlyPath = "/chat";
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    private readonly IGatewayFactory _factory;
    private readonly string? _pitfalls;
    private readonly LabLink _link;
    private readonly SemaphoreSlim _one = new(1, 1);
    private EchoServer? _backend;
    private EchoServer? _strict; // answers one path only, for the pitfall of the path
    private LabPitfall? _pitfall;

    private Lab(int echoPort, string? pitfalls, IGatewayFactory factory)
    {
        _link = new LabLink(new IPEndPoint(IPAddress.Loopback, echoPort));
        _pitfalls = pitfalls;
        _factory = factory;
    }

    /// <summary>Starts the backend where the demo's gateway expects it.</summary>
    /// <param name="echoPort">Port of 127.0.0.1.</param>
    /// <param name="pitfalls">The folder <c>samples/pitfalls</c>; null if it is not there.</param>
    /// <param name="factory">Starts gateways.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be bound.</exception>
    public static Lab Start(int echoPort, string? pitfalls, IGatewayFactory factory)
    {
        var lab = new Lab(echoPort, pitfalls, factory);
        lab.StartBackend();
        return lab;
    }

    /// <summary>Does what the page asks for.</summary>
    /// <param name="action">Such as <c>backend/stop</c>.</param>
    /// <param name="query">Parameters of the action.</param>
    /// <returns>How things stand afterwards; null if there is no such action.</returns>
    /// <exception cref="FileNotFoundException">There is no such pitfall.</exception>
    public async Task<LabState?> DoAsync(string action, Func<string, string?> query)
    {
        await _one.WaitAsync();
        try
        {
            switch (action)
            {
                case "state": break;
                case "backend/stop": await StopBackendAsync(); break;
                case "backend/start": StartBackend(); break;
                case "backend/freeze": _link.Freeze(); break;
                case "backend/thaw": _link.Thaw(); break;
                case "tunnels/cut": _link.Cut(); break;
                case "pitfall/start": await StartPitfallAsync(query("name") ?? "", query("websocket") == "nginx"); break;
                case "pitfall/stop": await StopPitfallAsync(); break;
                default: return null;
            }

            return State();
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopPitfallAsync();
        await StopBackendAsync();
        await _link.DisposeAsync();
        _one.Dispose();
    }

    private LabState State() => new(
        _backend is null ? "stopped" : _link.IsFrozen ? "frozen" : "running",
        _link.Count,
        _pitfalls is not null,
        IdleSeconds,
        _pitfall is null ? null : new(_pitfall.Name, _pitfall.AsNginx ? "nginx" : "auto", _pitfall.Ports, _pitfall.Errors, _pitfall.Text));

    private void StartBackend()
    {
        if (_backend is not null)
            return;
        _backend = EchoServer.Start(new EchoOptions { EndPoint = s_anyPort });
        _link.Open(_backend.EndPoint);
    }

    private async Task StopBackendAsync()
    {
        if (_backend is null)
            return;
        _link.Thaw();
        await _link.CloseAsync();
        await _backend.DisposeAsync();
        _backend = null;
    }

    private async Task StartPitfallAsync(string name, bool asNginx)
    {
        await StopPitfallAsync();
        if (_pitfalls is null)
            throw new FileNotFoundException("the folder samples/pitfalls was not installed with this program");
        _strict = EchoServer.Start(new EchoOptions { EndPoint = s_anyPort, OnlyPath = name.StartsWith("1-", StringComparison.Ordinal) ? OnlyPath : null });
        _pitfall = LabPitfall.Start(_pitfalls, name, asNginx, IdleSeconds, _strict.EndPoint.Port, _factory);
    }

    private async Task StopPitfallAsync()
    {
        _pitfall?.Dispose();
        _pitfall = null;
        if (_strict is not null)
            await _strict.DisposeAsync();
        _strict = null;
    }
}

/// <summary>How things stand, as the page gets it.</summary>
/// <param name="Backend"><c>running</c>, <c>frozen</c> or <c>stopped</c>.</param>
/// <param name="Connections">Connections between the gateway and the backend.</param>
/// <param name="HasPitfalls">Whether the files of the pitfalls are there.</param>
/// <param name="IdleSeconds">The shortened read timeout of the pitfall of the silent tunnel.</param>
/// <param name="Pitfall">The second gateway; null if there is none.</param>
internal sealed record LabState(string Backend, int Connections, bool HasPitfalls, int IdleSeconds, LabPitfallState? Pitfall);

/// <summary>The second gateway.</summary>
/// <param name="Name">The file's name, without its ending.</param>
/// <param name="Websocket">The value of its <c>websocket</c> directive.</param>
/// <param name="Ports">Ports of 127.0.0.1, one for each server.</param>
/// <param name="Errors">Why it does not run.</param>
/// <param name="Text">What it runs with.</param>
internal sealed record LabPitfallState(string Name, string Websocket, IReadOnlyList<int> Ports, IReadOnlyList<string> Errors, string Text);
