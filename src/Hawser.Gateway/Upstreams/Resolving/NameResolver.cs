using System.Collections.Immutable;
using System.Net;
using Hawser.Gateway.Logging;
using Hawser.IO.Loop;
using Hawser.Protocols.Dns;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>
/// The names that a <c>resolver</c> has found for one loop, and those it is looking for. Behaves as nginx's: both address families are asked
/// for at the same time, servers take turns, errors are not kept, and whoever asks for a name under way joins the others.
/// </summary>
public sealed class NameResolver
{
    /// <summary>Milliseconds after which a question is put to the next server.</summary>
    internal const long ResendAfter = 5000;

    // What a client can name (proxy_pass http://$host) must not grow without end.
    private const int MostNames = 1024;
    private const int MostLookups = 1024;

    private const int LongestChain = 50;     // of CNAMEs
    private const long UnusedAfter = 30_000; // then a name makes room for others
    private const long MissingFor = 10;      // seconds that a refusal is believed by those who ask again and again

    // Services are kept among the names: nobody can ask for an address with a blank in it.
    private const string ServicePrefix = "SRV ";

    private static readonly DnsRecordType[] s_serviceTypes = [DnsRecordType.Srv];

    private readonly ResolverModel _model;
    private readonly Worker _worker;
    private readonly NameServer[] _servers;
    private readonly Dictionary<string, ResolvedName> _names = [];
    private readonly Dictionary<string, NameLookup> _lookups = [];
    private readonly DnsRecordType[] _addressTypes;
    private int _nextServer;
    private bool _isRetired;

    internal NameResolver(ResolverModel model, Worker worker)
    {
        _model = model;
        _worker = worker;
        _servers = new NameServer[model.Servers.Count];
        for (int i = 0; i < _servers.Length; i++) _servers[i] = new NameServer(this, worker, model.Servers[i]);
        _addressTypes = model is { UseIPv4: true, UseIPv6: true } ? [DnsRecordType.A, DnsRecordType.Aaaa]
            : [model.UseIPv4 ? DnsRecordType.A : DnsRecordType.Aaaa];
    }

    internal EventLoop Loop => _worker.Loop;

    internal int ServerCount => _servers.Length;

    private long Seconds => Loop.Now / 1000;

    private ResolveResult NotFound => Refusal(DnsResponseCode.NameError);

    /// <summary>Looks for the addresses of a name.</summary>
    /// <param name="name">A byte string; case and a dot at its end do not matter.</param>
    /// <param name="timeout">Milliseconds; 0 for no limit.</param>
    /// <param name="result">The answer, if it is known.</param>
    /// <returns>What to await or cancel; null when the answer stands in <paramref name="result"/>.</returns>
    public ResolveWait? Resolve(string name, long timeout, out ResolveResult result) => Begin(Normalize(name), timeout, out result);

    /// <summary>Looks for the servers of a service.</summary>
    /// <param name="name">The whole name: <c>_http._tcp.example.com</c>.</param>
    /// <inheritdoc cref="Resolve"/>
    public ResolveWait? ResolveService(string name, long timeout, out ResolveResult result) =>
        Begin(KeyOf(isService: true, Normalize(name)), timeout, out result);

    /// <summary>The configuration goes away: sockets are closed as soon as nobody waits for an answer.</summary>
    public void Retire()
    {
        _isRetired = true;
        CloseIfIdle();
    }

    internal void Log(string message) => _worker.Model.ErrorLog.Write(LogLevel.Error, message);

    internal void Send(NameLookup lookup, ReadOnlySpan<byte> query, bool overTcp)
    {
        NameServer server = _servers[lookup.Server];
        if (overTcp) server.SendOverTcp(lookup, query);
        else if (!server.Send(query)) OnUnreachable(server, lookup);
    }

    internal void OnMessage(ReadOnlySpan<byte> message, bool overTcp)
    {
        DnsReplyError error = DnsReply.TryParse(message, out DnsReply? reply);
        if (error != DnsReplyError.None) Log(error.LogText());
        else if (reply!.Name.Length == 0) LogErrorReply(reply);
        else if (!_lookups.TryGetValue(KeyOf(reply.QuestionType == DnsRecordType.Srv, reply.Name), out NameLookup? lookup) || !lookup.Take(reply, overTcp)) Log($"unexpected DNS response for {reply.Name}");
    }

    /// <summary>A datagram did not arrive: nobody can tell which, so all that were sent there count.</summary>
    internal void OnUnreachable(NameServer server)
    {
        foreach (NameLookup lookup in _lookups.Values.ToArray()) OnUnreachable(server, lookup);
    }

    /// <inheritdoc cref="OnUnreachable(NameServer)"/>
    internal void OnUnreachable(NameServer server, NameLookup lookup)
    {
        if (!ReferenceEquals(_servers[lookup.Server], server) || !IsUnderWay(lookup)) return;
        Loop.Defer(() =>
        {
            if (IsUnderWay(lookup) && ReferenceEquals(_servers[lookup.Server], server)) lookup.AskNext();
        });
    }

    internal void Succeed(
        NameLookup lookup, ImmutableArray<IPAddress> addresses, string? canonicalName, ImmutableArray<DnsService> services, uint timeToLive)
    {
        Forget(lookup);
        long lifetime = _model.Valid > 0 ? _model.Valid : timeToLive;
        string? canonicalKey = canonicalName is null ? null : KeyOf(lookup.IsService, canonicalName);
        var name = new ResolvedName(lookup.Key, addresses, canonicalKey, services, Seconds + lifetime) { UsedAt = Loop.Now };
        if (lifetime > 0) Keep(name);
        foreach (ResolveWait wait in Release(lookup))
        {
            if (canonicalKey is null) wait.Complete(ResolveResult.Of(name));
            else Follow(wait, canonicalKey);
        }
        CloseIfIdle();
    }

    internal void Fail(NameLookup lookup, DnsResponseCode code)
    {
        Forget(lookup);
        ResolveResult result = Refusal(code);
        foreach (ResolveWait wait in Release(lookup)) wait.Complete(in result);
        CloseIfIdle();
    }

    internal void Forget(NameLookup lookup)
    {
        Loop.Timers.Remove(lookup);
        if (IsUnderWay(lookup)) _lookups.Remove(lookup.Key);
        CloseIfIdle();
    }

    private static string Normalize(string name) => (name.EndsWith('.') ? name[..^1] : name).ToLowerInvariant();

    private static string KeyOf(bool isService, string name) => isService ? ServicePrefix + name : name;

    private ResolveWait? Begin(string key, long timeout, out ResolveResult result)
    {
        if (Find(key, 0, out string unknown, out result)) return null;
        var wait = new ResolveWait(this);
        if (Join(wait, unknown) is { } failure)
        {
            result = failure;
            return null;
        }
        if (timeout > 0) Loop.Timers.Schedule(wait, Loop.Now + timeout);
        return wait;
    }

    /// <summary>Looks among the names that are known, following CNAMEs.</summary>
    /// <param name="depth">CNAMEs followed before.</param>
    /// <param name="unknown">The name that has to be asked for, if the answer is false.</param>
    private bool Find(string key, int depth, out string unknown, out ResolveResult result)
    {
        for (unknown = key; _names.TryGetValue(unknown, out ResolvedName? known) && known.ValidUntil >= Seconds; unknown = known.CanonicalKey)
        {
            known.UsedAt = Loop.Now;
            result = ResolveResult.Of(known);
            if (known.CanonicalKey is null) return true;
            if (++depth <= LongestChain) continue;
            result = NotFound;
            return true;
        }
        result = default;
        return false;
    }

    /// <summary>Waits for a name that is not known, and asks for it unless somebody has. Not null: that is impossible.</summary>
    private ResolveResult? Join(ResolveWait wait, string key)
    {
        if (!_lookups.TryGetValue(key, out NameLookup? lookup))
        {
            if (_lookups.Count >= MostLookups) return Refusal(DnsResponseCode.ServerFailure);
            bool isService = key.StartsWith(ServicePrefix, StringComparison.Ordinal);
            string name = isService ? key[ServicePrefix.Length..] : key;
            lookup = new NameLookup(this, key, name, isService ? s_serviceTypes : _addressTypes, _nextServer) { IsService = isService };
            _nextServer = (_nextServer + 1) % _servers.Length;
            _lookups.Add(key, lookup);
            if (!lookup.Ask())
            {
                Forget(lookup);
                return NotFound;
            }
        }
        lookup.Waiting.Add(wait);
        wait.Lookup = lookup;
        return null;
    }

    private void Follow(ResolveWait wait, string key)
    {
        ResolveResult result = NotFound;
        if (++wait.Depth <= LongestChain && !Find(key, wait.Depth, out key, out result))
        {
            if (Join(wait, key) is not { } failure) return;
            result = failure;
        }
        wait.Complete(in result);
    }

    private bool IsUnderWay(NameLookup lookup) => _lookups.TryGetValue(lookup.Key, out NameLookup? known) && ReferenceEquals(known, lookup);

    private static ResolveWait[] Release(NameLookup lookup)
    {
        ResolveWait[] waiting = [.. lookup.Waiting];
        lookup.Waiting.Clear();
        foreach (ResolveWait wait in waiting) wait.Lookup = null;
        return waiting;
    }

    private void Keep(ResolvedName name)
    {
        if (_names.Count >= MostNames && !_names.ContainsKey(name.Key)) MakeRoom();
        _names[name.Key] = name;
    }

    private void MakeRoom()
    {
        ResolvedName? oldest = null;
        foreach (ResolvedName known in _names.Values)
        {
            if (known.ValidUntil < Seconds || Loop.Now - known.UsedAt > UnusedAfter) _names.Remove(known.Key);
            else if (oldest is null || known.UsedAt < oldest.UsedAt) oldest = known;
        }
        if (_names.Count >= MostNames && oldest is not null) _names.Remove(oldest.Key);
    }

    private ResolveResult Refusal(DnsResponseCode code) =>
        new(ResolveStatus.Refused, null, code, Seconds + (_model.Valid > 0 ? _model.Valid : MissingFor));

    private void LogErrorReply(DnsReply reply)
    {
        var result = new ResolveResult(ResolveStatus.Refused, null, reply.Code, 0);
        foreach (NameLookup lookup in _lookups.Values)
        {
            if (!lookup.HasQuestion(reply.Id)) continue;
            Log($"DNS error ({result.Reason}), query id:{reply.Id}, name:\"{lookup.Name}\"");
            return;
        }
        Log($"DNS error ({result.Reason}), query id:{reply.Id}");
    }

    private void CloseIfIdle()
    {
        if (!_isRetired || _lookups.Count > 0) return;
        foreach (NameServer server in _servers) server.Close();
    }
}
