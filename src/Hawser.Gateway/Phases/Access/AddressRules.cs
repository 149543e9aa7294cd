using System.Collections.Immutable;
using System.Net.Sockets;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Phases.Access;

/// <summary><c>allow</c> and <c>deny</c>: the first rule that fits the client's address decides; without one there is no opinion.</summary>
internal sealed class AddressRules : IAccessCheck
{
    private readonly Rule[] _ipv4;
    private readonly Rule[] _ipv6;
    private readonly bool? _unix;
    private readonly bool _logs;

    private readonly record struct Rule(AddressNetwork Network, bool Allow);

    private AddressRules(Rule[] ipv4, Rule[] ipv6, bool? unix, bool logs)
    {
        _ipv4 = ipv4;
        _ipv6 = ipv6;
        _unix = unix;
        _logs = logs;
    }

    /// <summary>The rules of a block; null without any.</summary>
    public static AddressRules? From(ConfigScope scope)
    {
        ImmutableArray<AccessRule> rules = scope.Get(Known.Allow);
        if (rules.IsEmpty) return null;
        var ipv4 = new List<Rule>();
        var ipv6 = new List<Rule>();
        bool? unix = null;
        foreach (AccessRule rule in rules)
        {
            if (rule.Peer is AccessPeer.All or AccessPeer.Unix) unix ??= rule.Allow;
            if (rule.Peer == AccessPeer.All)
            {
                var all = new Rule(new AddressNetwork([], 0), rule.Allow);
                ipv4.Add(all);
                ipv6.Add(all);
            }
            else if (rule.Peer == AccessPeer.Network)
            {
                List<Rule> family = rule.Network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? ipv4 : ipv6;
                family.Add(new Rule(AddressNetwork.From(rule.Network), rule.Allow));
            }
        }
        // With satisfy any, whether the client is kept out is known only after all checks, which is when it is logged.
        return new AddressRules([.. ipv4], [.. ipv6], unix, logs: scope.Get(Known.Satisfy) == Satisfy.All);
    }

    public ValueTask<AccessVerdict> CheckAsync(HttpExchange exchange)
    {
        bool? allowed = Decide(exchange.RemoteEndpoint);
        if (allowed is null) return new(AccessVerdict.NoOpinion);
        if (allowed.Value) return new(AccessVerdict.Allowed);
        if (_logs) exchange.LogError(LogLevel.Error, "access forbidden by rule");
        return new(AccessVerdict.Refused(403));
    }

    // Null: no rule fits.
    private bool? Decide(SocketEndpoint client)
    {
        if (client.IsUnix) return _unix;
        ReadOnlySpan<byte> address = client.AddressBytes;
        if (!client.IsIPv6) return FirstOf(_ipv4, address);
        return _ipv4.Length > 0 && AddressNetwork.IsMapped(address) ? FirstOf(_ipv4, address[12..]) : FirstOf(_ipv6, address);
    }

    private static bool? FirstOf(Rule[] rules, ReadOnlySpan<byte> address)
    {
        foreach (Rule rule in rules)
        {
            if (rule.Network.Covers(address)) return rule.Allow;
        }
        return null;
    }
}
