using System.Text;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Variables;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tunnels.HandOver;

/// <summary>
/// What the tunnels taken over have in common in this process. Thousands of them have a handful of rules and logs, so equal ones become one
/// object. Used by several loops.
/// </summary>
internal sealed class HandOverContext
{
    private readonly GatewayServices _services;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LoggingModel> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TunnelPolicy> _policies = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The configuration has no server at all.</exception>
    public HandOverContext(GatewayServices services, GatewayModel model)
    {
        _services = services;
        Model = model.With(new VariableTable());
        Server = model.Listeners.Values.FirstOrDefault()?.Default ?? throw new InvalidDataException("no server is configured");
    }

    /// <summary>The configuration in force, with variables for the logs of these tunnels alone.</summary>
    public GatewayModel Model { get; }

    /// <summary>Zones of <c>limit_conn</c>, in which the tunnels go on to count.</summary>
    public ZoneRegistry Zones => _services.Zones;

    /// <summary>Stands for the server that they came by, which this process may not have.</summary>
    public ServerModel Server { get; }

    /// <inheritdoc cref="Server"/>
    public LocationModel Location => Server.Defaults;

    /// <exception cref="InvalidDataException">They cannot be continued here.</exception>
    public LoggingModel Logs(byte[] description)
    {
        string key = Encoding.Latin1.GetString(description);
        lock (_lock)
        {
            if (_logs.TryGetValue(key, out LoggingModel? known)) return known;
            using var reader = new BinaryReader(new MemoryStream(description));
            return _logs[key] = LoggingModel.Import(reader, Model.ErrorLog, _services.LogFiles, Model.Variables);
        }
    }

    public TunnelPolicy Policy(byte[] description)
    {
        string key = Encoding.Latin1.GetString(description);
        lock (_lock)
        {
            if (_policies.TryGetValue(key, out TunnelPolicy? known)) return known;
            using var reader = new BinaryReader(new MemoryStream(description));
            return _policies[key] = PolicyFormat.Read(reader);
        }
    }

    /// <summary>The live state of the server a tunnel leads to, so that it counts there as one.</summary>
    public PeerState Peer(string upstream, SocketEndpoint endpoint, int occurrence) =>
        upstream.Length == 0 ? new PeerState(endpoint) : _services.Peers.Get(upstream, endpoint, occurrence);
}
