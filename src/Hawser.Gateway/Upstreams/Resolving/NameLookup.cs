using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Hawser.IO.Timers;
using Hawser.Protocols.Dns;

namespace Hawser.Gateway.Upstreams.Resolving;

/// <summary>A name that is being asked for: its questions, what has come of them, and who waits.</summary>
internal sealed class NameLookup : LoopTimer
{
    private readonly NameResolver _resolver;
    private readonly Question[] _questions;
    private DnsResponseCode _code;
    private uint _timeToLive = uint.MaxValue;
    private string? _canonicalName;
    private ImmutableArray<IPAddress> _addresses = [];
    private ImmutableArray<DnsService> _services = [];

    private sealed class Question(DnsRecordType type)
    {
        public DnsRecordType Type { get; } = type;

        // Together with the port this is all that keeps strangers from answering (RFC 5452 §4.3).
        public ushort Id { get; } = (ushort)RandomNumberGenerator.GetInt32(1 << 16);

        public bool IsAnswered { get; set; }

        /// <summary>A datagram was too small for the answer.</summary>
        public bool OverTcp { get; set; }
    }

    /// <param name="server">The name server that is asked first.</param>
    public NameLookup(NameResolver resolver, string key, string name, ReadOnlySpan<DnsRecordType> types, int server)
    {
        _resolver = resolver;
        Key = key;
        Name = name;
        Server = server;
        _questions = new Question[types.Length];
        for (int i = 0; i < types.Length; i++) _questions[i] = new Question(types[i]);
    }

    /// <summary>What the resolver knows it under.</summary>
    public string Key { get; }

    public string Name { get; }

    /// <summary>It is about servers of a service, not about addresses.</summary>
    public bool IsService { get; init; }

    public List<ResolveWait> Waiting { get; } = [];

    /// <summary>Index of the name server asked last.</summary>
    public int Server { get; private set; }

    /// <summary>Servers known to be unreachable since the last pause.</summary>
    public int Unreachable { get; private set; }

    /// <summary>Sends every question that has no answer yet. False: the name cannot be asked for.</summary>
    public bool Ask()
    {
        _resolver.Loop.Timers.Schedule(this, _resolver.Loop.Now + NameResolver.ResendAfter);
        Span<byte> query = stackalloc byte[DnsQuery.MaxLength];
        foreach (Question question in _questions)
        {
            if (question.IsAnswered) continue;
            int length = DnsQuery.Write(query, question.Id, Name, question.Type);
            if (length == 0) return false;
            _resolver.Send(this, query[..length], question.OverTcp);
        }
        return true;
    }

    /// <summary>The server asked last cannot be reached: the next one is asked at once, as long as there is one that might be.</summary>
    public void AskNext()
    {
        if (++Unreachable >= _resolver.ServerCount) return;
        Server = (Server + 1) % _resolver.ServerCount;
        Ask();
    }

    public bool HasQuestion(ushort id) => Array.Exists(_questions, q => q.Id == id);

    /// <summary>Takes a reply that is about this name. False when it answers no open question.</summary>
    public bool Take(DnsReply reply, bool overTcp)
    {
        Question? question = Array.Find(_questions, q => q.Type == reply.QuestionType && q.Id == reply.Id && !q.IsAnswered);
        if (question is null) return false;
        if (reply.IsTruncated)
        {
            if (question.OverTcp || overTcp) return false;
            question.OverTcp = true;
            Ask();
            return true;
        }
        question.IsAnswered = true;
        if (reply.Code != DnsResponseCode.NoError) _code = reply.Code;
        _timeToLive = Math.Min(_timeToLive, reply.TimeToLive);
        _canonicalName = reply.CanonicalName; // the reply that comes last decides, as in nginx
        _services = _services.AddRange(reply.Services);
        _addresses = question.Type == DnsRecordType.A ? reply.Addresses.AddRange(_addresses) : _addresses.AddRange(reply.Addresses);
        if (Array.TrueForAll(_questions, static q => q.IsAnswered)) Conclude();
        return true;
    }

    protected override void OnTimer()
    {
        if (Waiting.Count == 0)
        {
            _resolver.Forget(this);
            return;
        }
        Unreachable = 0;
        Server = (Server + 1) % _resolver.ServerCount;
        Ask();
    }

    // As in nginx, an error of one address family is an error of the name.
    private void Conclude()
    {
        bool hasAny = !_addresses.IsEmpty || !_services.IsEmpty;
        DnsResponseCode code = _code == DnsResponseCode.NoError && !hasAny && _canonicalName is null ? DnsResponseCode.NameError : _code;
        if (code != DnsResponseCode.NoError) _resolver.Fail(this, code);
        else _resolver.Succeed(this, _addresses, hasAny ? null : _canonicalName, _services, _timeToLive);
    }
}
