using Hawser.Gateway.Logging;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.Gateway.Variables;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Compilation;

/// <summary>
/// A whole configuration, compiled and immutable. A reload makes a new one and swaps a reference; exchanges and tunnels keep
/// the one they began with.
/// </summary>
public sealed class GatewayModel
{
    /// <summary>Counts up with every reload.</summary>
    public required long Generation { get; init; }

    public required VariableTable Variables { get; init; }

    public required IReadOnlyDictionary<SocketEndpoint, ListenerModel> Listeners { get; init; }

    public required IReadOnlyList<UpstreamModel> Upstreams { get; init; }

    public required IReadOnlyList<ResolverModel> Resolvers { get; init; }

    /// <summary>What is wrong with the configuration without keeping it from running: byte strings in nginx's words.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The log of the top level, for what belongs to no server.</summary>
    public required ErrorLogTargets ErrorLog { get; init; }

    public required int WorkerConnections { get; init; }

    /// <summary>Milliseconds that connections of an older generation may go on after a reload or during a graceful stop; 0 for ever.</summary>
    public required long WorkerShutdownTimeout { get; init; }

    /// <summary>The same configuration with variables of its own: tunnels of another process may log some that this one does not use.</summary>
    public GatewayModel With(VariableTable variables) => new()
    {
        Generation = Generation,
        Variables = variables,
        Listeners = Listeners,
        Upstreams = Upstreams,
        Resolvers = Resolvers,
        Warnings = Warnings,
        ErrorLog = ErrorLog,
        WorkerConnections = WorkerConnections,
        WorkerShutdownTimeout = WorkerShutdownTimeout,
    };
}
