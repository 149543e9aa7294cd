using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Logging;
using Hawser.IO.Sockets;
using Hawser.IO.Timers;
using Hawser.Protocols.Dns;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>
/// A <c>server … resolve</c>: its name is asked for again whenever the answer has run out, and the upstream's servers follow. A name that
/// does not exist any more has no servers; if the name servers fail, the ones known stay.
/// </summary>
internal sealed class ResolvedServer : PeerSource
{
    private readonly UpstreamServerConfig _server;
    private readonly string _stateKey;
    private readonly PeerRegistry _registry;
    private readonly ResolverModel _resolver;
    private readonly long _timeout;
    private readonly ResolvedAddresses _addresses; // under its key, so that the next configuration begins with them
    private readonly Clock _clock;
    private ImmutableArray<PeerModel> _peers;
    private Worker? _worker;
    private UpstreamModel? _upstream;
    private readonly List<ResolveWait> _waits = [];
    private readonly string? _serviceName;

    public ResolvedServer(UpstreamServerConfig server, UpstreamConfig upstream, ModelBuilder builder)
    {
        _server = server;
        _stateKey = $"{upstream.Name} {server.Address.Host}"; // apart from a fixed server at the same address
        _registry = builder.Services.Peers;
        ConfigScope http = upstream.Parent!;
        _resolver = ResolverModel.From(upstream.Get(Known.UpstreamResolver) ?? http.Get(Known.Resolver), builder)!;
        _timeout = (long)(upstream.HasOwn(Known.UpstreamResolverTimeout) ? upstream.Get(Known.UpstreamResolverTimeout) : http.Get(Known.ResolverTimeout))
            .TotalMilliseconds;
        _addresses = builder.Services.Addresses.Get(upstream.Name, server.Address.Host, server.Service);
        _serviceName = NameOf(server.Service, server.Address.Host);
        _clock = new Clock(this);
        _peers = MakePeers(_addresses.Entries, []);
    }

    /// <summary>What to ask for: <c>http</c> is short for <c>_http._tcp</c>. Null without a service.</summary>
    private static string? NameOf(string? service, string host) =>
        service is null ? null : service.Contains('.') ? $"{service}.{host}" : $"_{service}._tcp.{host}";

    public override IReadOnlyList<PeerModel> Peers => _peers;

    public override void Start(Worker worker, UpstreamModel upstream)
    {
        _worker = worker;
        _upstream = upstream;
        _ = ResolveAsync();
    }

    public override void Stop()
    {
        _worker?.Loop.Timers.Remove(_clock);
        _worker = null;
        foreach (ResolveWait wait in _waits) wait.Cancel();
    }

    private async Task ResolveAsync()
    {
        Worker worker = _worker!;
        try
        {
            Answer answer = _serviceName is null ? await ResolveHostAsync(_resolver.For(worker)) : await ResolveServiceAsync(_resolver.For(worker), worker);
            if (_worker is not null) worker.Loop.Timers.Schedule(_clock, worker.Loop.Now + Apply(in answer, worker));
        }
        catch (Exception e)
        {
            // A defect in the gateway: the servers known stay.
            worker.Model.ErrorLog.Write(LogLevel.Crit, $"unexpected failure: {e}");
        }
    }

    private async ValueTask<Answer> ResolveHostAsync(NameResolver resolver)
    {
        ResolveResult result = await WaitAsync(resolver.Resolve(_server.Address.Host, _timeout, out ResolveResult known), known);
        return new Answer(result, result.Name is { } name ? [.. name.Addresses.Select(static a => new ResolvedAddress(a))] : []);
    }

    /// <summary>The servers of the service, then the addresses of each; all names are asked for at the same time.</summary>
    private async ValueTask<Answer> ResolveServiceAsync(NameResolver resolver, Worker worker)
    {
        ResolveResult result = await WaitAsync(resolver.ResolveService(_serviceName!, _timeout, out ResolveResult known), known);
        if (result.Name is not { } service || _worker is null) return new Answer(result, []);
        var hosts = new List<(DnsService Service, ResolveWait? Wait, ResolveResult Known)>();
        foreach (DnsService server in service.Services)
        {
            ResolveWait? wait = resolver.Resolve(server.Target, _timeout, out ResolveResult host);
            hosts.Add((server, wait, host));
        }
        var addresses = new List<ResolvedAddress>();
        int preferred = service.Services.Min(static s => s.Priority);
        ResolveResult? failure = null;
        foreach ((DnsService server, ResolveWait? wait, ResolveResult at) in hosts)
        {
            ResolveResult host = await WaitAsync(wait, at);
            if (host.Name is not { } name)
            {
                if (failure is null || host.IsMissing) failure = host;
                Log(worker, $"{server.Target} could not be resolved ({host.Reason}) while resolving service {_server.Service} of {_server.Address.Host}");
                continue;
            }
            if (name.ValidUntil < result.ValidUntil) result = result with { ValidUntil = name.ValidUntil };
            bool isBackup = server.Priority != preferred;
            addresses.AddRange(name.Addresses.Select(a => new ResolvedAddress(a, server.Target, server.Port, Math.Max(1, server.Weight), isBackup)));
        }
        return addresses.Count == 0 && failure is { } nothing ? new Answer(nothing, []) : new Answer(result, [.. addresses]);
    }

    private async ValueTask<ResolveResult> WaitAsync(ResolveWait? wait, ResolveResult known)
    {
        if (wait is null) return known;
        _waits.Add(wait);
        ResolveResult result = await wait.Task;
        _waits.Remove(wait);
        return result;
    }

    /// <summary>Makes use of an answer. How many milliseconds it is good for.</summary>
    private long Apply(in Answer answer, Worker worker)
    {
        ResolveResult result = answer.Result;
        if (result.Status != ResolveStatus.Resolved)
        {
            string what = _serviceName is null ? _server.Address.Host : $"service {_server.Service} of {_server.Address.Host}";
            Log(worker, $"{what} could not be resolved ({result.Reason})");
            if (!result.IsMissing) return Math.Max(_timeout, 1000);
        }
        if (!answer.Addresses.AsSpan().SequenceEqual(_addresses.Entries.AsSpan()))
        {
            _addresses.Entries = answer.Addresses;
            _peers = MakePeers(answer.Addresses, _peers);
            _upstream!.RefreshPeers();
        }
        long seconds = worker.Loop.Now / 1000;
        return result.ValidUntil > seconds ? (result.ValidUntil - seconds + 1) * 1000 : 1000;
    }

    /// <summary>The servers at the addresses. One that was there before stays the same object: it keeps its turn and its connections.</summary>
    private ImmutableArray<PeerModel> MakePeers(ImmutableArray<ResolvedAddress> addresses, ImmutableArray<PeerModel> known)
    {
        var peers = ImmutableArray.CreateBuilder<PeerModel>(addresses.Length);
        var occurrences = new Dictionary<SocketEndpoint, int>();
        var left = new List<PeerModel>(known);
        foreach (ResolvedAddress address in addresses)
        {
            // The weight of the configuration, if it has one, counts more than the service's.
            UpstreamServerConfig server = address.Weight == 0 ? _server : _server with
            {
                Address = _server.Address with { Text = address.Host },
                Weight = _server.Weight == 1 ? address.Weight : _server.Weight,
                IsBackup = _server.IsBackup || address.IsBackup,
            };
            SocketEndpoint endpoint = SocketEndpoint.FromIP(address.Address, address.Port == 0 ? _server.Address.Port : address.Port);
            int occurrence = occurrences.GetValueOrDefault(endpoint);
            occurrences[endpoint] = occurrence + 1;
            PeerModel? same = left.Find(p =>
                p.Endpoint.Equals(endpoint) && p.Weight == server.Weight && p.IsBackup == server.IsBackup && p.Server == server.Address.Text);
            if (same is not null) left.Remove(same);
            peers.Add(same ?? PeerOf(server, endpoint, _registry.Get(_stateKey, endpoint, occurrence)));
        }
        return peers.MoveToImmutable();
    }

    private static void Log(Worker worker, string message) => worker.Model.ErrorLog.Write(LogLevel.Error, message);

    private readonly record struct Answer(ResolveResult Result, ImmutableArray<ResolvedAddress> Addresses);

    private sealed class Clock(ResolvedServer server) : LoopTimer
    {
        protected override void OnTimer() => _ = server.ResolveAsync();
    }
}
