using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Phases;

/// <summary><c>allow</c> and <c>deny</c>: the first rule that fits the client's address decides; without one it may pass.</summary>
public sealed class AccessModel
{
    private readonly Rule[] _ipv4;
    private readonly Rule[] _ipv6;
    private readonly bool? _unix;

    private readonly record struct Rule(byte[] Network, int PrefixLength, bool Allow)
    {
        public bool Covers(ReadOnlySpan<byte> address)
        {
            int bytes = PrefixLength / 8;
            if (!address[..bytes].SequenceEqual(Network.AsSpan(0, bytes))) return false;
            int bits = PrefixLength % 8;
            return bits == 0 || ((address[bytes] ^ Network[bytes]) & (0xFF00 >> bits) & 0xFF) == 0;
        }
    }

    private AccessModel(Rule[] ipv4, Rule[] ipv6, bool? unix, Satisfy satisfy)
    {
        _ipv4 = ipv4;
        _ipv6 = ipv6;
        _unix = unix;
        Satisfy = satisfy;
    }

    /// <summary>Whether all checks of access must pass, or one is enough.</summary>
    public Satisfy Satisfy { get; }

    /// <summary>Nothing to check.</summary>
    public bool IsEmpty => _ipv4.Length == 0 && _ipv6.Length == 0 && _unix is null;

    public static AccessModel From(ConfigScope scope)
    {
        ImmutableArray<AccessRule> rules = scope.Get(Known.Allow);
        var ipv4 = new List<Rule>();
        var ipv6 = new List<Rule>();
        bool? unix = null;
        foreach (AccessRule rule in rules)
        {
            if (rule.Peer is AccessPeer.All or AccessPeer.Unix) unix ??= rule.Allow;
            if (rule.Peer == AccessPeer.All)
            {
                ipv4.Add(new Rule([], 0, rule.Allow));
                ipv6.Add(new Rule([], 0, rule.Allow));
            }
            else if (rule.Peer == AccessPeer.Network)
            {
                IPAddress network = rule.Network.BaseAddress;
                List<Rule> family = network.AddressFamily == AddressFamily.InterNetwork ? ipv4 : ipv6;
                family.Add(new Rule(network.GetAddressBytes(), rule.Network.PrefixLength, rule.Allow));
            }
        }
        return new AccessModel([.. ipv4], [.. ipv6], unix, scope.Get(Known.Satisfy));
    }

    /// <summary>Lets the exchange pass, or answers 403 and logs why.</summary>
    public Outcome Check(HttpExchange exchange)
    {
        if (IsEmpty || Decide(exchange.Connection.RemoteEndpoint) != false) return Outcome.Continue;
        exchange.LogError(LogLevel.Error, "access forbidden by rule");
        return Outcome.Status(403);
    }

    // Null: no rule fits.
    private bool? Decide(SocketEndpoint client)
    {
        if (client.IsUnix) return _unix;
        ReadOnlySpan<byte> address = client.AddressBytes;
        if (!client.IsIPv6) return FirstOf(_ipv4, address);
        return _ipv4.Length > 0 && IsMapped(address) ? FirstOf(_ipv4, address[12..]) : FirstOf(_ipv6, address);
    }

    private static bool? FirstOf(Rule[] rules, ReadOnlySpan<byte> address)
    {
        foreach (Rule rule in rules)
        {
            if (rule.Covers(address)) return rule.Allow;
        }
        return null;
    }

    // ::ffff:a.b.c.d (RFC 4291 §2.5.5.2)
    private static bool IsMapped(ReadOnlySpan<byte> address) =>
        address[..10].IndexOfAnyExcept((byte)0) < 0 && address[10] == 0xFF && address[11] == 0xFF;
}
