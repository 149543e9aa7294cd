using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>A <c>resolver</c>: which name servers are asked, and for what.</summary>
public sealed class ResolverModel
{
    private readonly NameResolver?[] _loops;

    private ResolverModel(SocketEndpoint[] servers, ResolverConfig config, int workers)
    {
        Servers = servers;
        Valid = config.Valid is { } valid ? (long)valid.TotalSeconds : 0;
        UseIPv4 = config.UseIPv4;
        UseIPv6 = config.UseIPv6;
        _loops = new NameResolver?[workers];
    }

    /// <summary>The servers, asked in turn. Never empty.</summary>
    public IReadOnlyList<SocketEndpoint> Servers { get; }

    /// <summary><c>valid=</c>: seconds that answers are kept whatever they say; 0 leaves it to them.</summary>
    public long Valid { get; }

    public bool UseIPv4 { get; }

    public bool UseIPv6 { get; }

    /// <summary>The model of a directive: one for all blocks that inherit it, so that they share what is known. Null without a directive.</summary>
    public static ResolverModel? From(ResolverConfig? config, ModelBuilder builder) => config is null ? null : builder.Once(config, () =>
    {
        var servers = new List<SocketEndpoint>();
        foreach (EndpointAddress server in config.Servers) servers.AddRange(AddressResolver.Resolve(server, config.Span));
        var model = new ResolverModel([.. servers], config, builder.Services.WorkerCount);
        builder.Resolvers.Add(model);
        return model;
    });

    /// <summary>This loop's names and sockets.</summary>
    public NameResolver For(Worker worker) => _loops[worker.Index] ??= new NameResolver(this, worker);

    /// <summary>What <see cref="For"/> has made for the loop, or null.</summary>
    public NameResolver? Existing(Worker worker) => _loops[worker.Index];
}
