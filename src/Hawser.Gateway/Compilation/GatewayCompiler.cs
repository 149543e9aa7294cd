using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Variables;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Compilation;

/// <summary>Turns a configuration into what runs.</summary>
public static class GatewayCompiler
{
    /// <summary>Opens log files and asks the system's resolver for the names of upstreams, so this belongs on no loop.</summary>
    /// <param name="config">What was declared.</param>
    /// <param name="services">What the process keeps from one configuration to the next.</param>
    /// <param name="generation">Counts up with every reload.</param>
    /// <exception cref="GatewayCompilationException">
    /// The configuration is well formed but can't be run; the message is in nginx's words.
    /// </exception>
    public static GatewayModel Compile(MainConfig config, GatewayServices services, long generation)
    {
        try
        {
            return CompileAll(config, services, generation);
        }
        catch (KeyNotFoundException e)
        {
            // unknown "x" variable
            throw new GatewayCompilationException(e.Message);
        }
        catch (LogFileException e)
        {
            throw new GatewayCompilationException(e.Message);
        }
    }

    private static GatewayModel CompileAll(MainConfig config, GatewayServices services, long generation)
    {
        var variables = new VariableTable();
        var builder = new ModelBuilder(config, variables, services);
        var listeners = new Dictionary<SocketEndpoint, ListenerModel>();
        if (config.Http is { } http)
        {
            UserVariables.Declare(http, builder);
            foreach (UpstreamConfig upstream in http.Upstreams) builder.Upstreams.Add(upstream.Name, UpstreamModel.From(upstream, builder));
            var servers = new Dictionary<ServerConfig, ServerModel>();
            foreach (ServerConfig server in http.Servers) servers.Add(server, ServerCompiler.Compile(server, builder));
            listeners = ListenerCompiler.Compile(http.Listeners, servers, builder);
        }
        var model = new GatewayModel
        {
            Generation = generation,
            Variables = variables,
            Listeners = listeners,
            Upstreams = [.. builder.Upstreams.Values],
            Resolvers = builder.Resolvers,
            Warnings = builder.Warnings,
            ErrorLog = ErrorLogTargets.From(config, services.LogFiles),
            WorkerConnections = config.Events.Get(Known.WorkerConnections),
            WorkerShutdownTimeout = (long)config.Get(Known.WorkerShutdownTimeout).TotalMilliseconds,
        };
        builder.Zones.Commit();
        services.TlsObjects = builder.TlsObjects.Settled();
        return model;
    }
}
