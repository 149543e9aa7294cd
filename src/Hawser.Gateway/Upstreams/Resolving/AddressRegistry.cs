using System.Collections.Immutable;
using System.Net;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>An address behind the name of a server. What a service does not say about it is as configured.</summary>
/// <param name="Host">The host of the service; empty without a service.</param>
/// <param name="Port">0 without a service.</param>
/// <param name="Weight">0 without a service.</param>
/// <param name="IsBackup">The service prefers others.</param>
public readonly record struct ResolvedAddress(IPAddress Address, string Host = "", int Port = 0, int Weight = 0, bool IsBackup = false);

/// <summary>The addresses of a server with <c>resolve</c>, as known last. Written by one loop, read when a configuration is compiled.</summary>
public sealed class ResolvedAddresses
{
    private volatile Holder _entries = new([]);

    public ImmutableArray<ResolvedAddress> Entries
    {
        get => _entries.Value;
        set => _entries = new Holder(value);
    }

    private sealed record Holder(ImmutableArray<ResolvedAddress> Value);
}

/// <summary>What is known of servers with <c>resolve</c>, by upstream and name: after a reload requests go on while names are asked for again.</summary>
public sealed class AddressRegistry
{
    private readonly WeakTable<Key, ResolvedAddresses> _entries = new(static _ => new ResolvedAddresses());

    public ResolvedAddresses Get(string upstream, string host, string? service) => _entries.Get(new Key(upstream, host, service));

    private sealed record Key(string Upstream, string Host, string? Service);
}
