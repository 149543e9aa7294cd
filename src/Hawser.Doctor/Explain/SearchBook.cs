using System.Collections.Immutable;
using System.Net;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;

namespace Hawser.Doctor.Explain;

/// <summary>The searches of a configuration, built when they are first asked: the gateway's own, over declared blocks.</summary>
internal sealed class SearchBook
{
    private readonly Dictionary<ServerConfig, LocationSearch<LocationConfig, RegexPattern>> _locations = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ListenerConfig, ServerNameSearch<ServerConfig, RegexPattern>> _names = new(ReferenceEqualityComparer.Instance);

    /// <summary>The search among a server's locations.</summary>
    public LocationSearch<LocationConfig, RegexPattern> LocationsOf(ServerConfig server)
    {
        if (_locations.TryGetValue(server, out LocationSearch<LocationConfig, RegexPattern>? known)) return known;
        return _locations[server] = Build(server.Locations);
    }

    /// <summary>The choice among a listener's servers.</summary>
    public ServerNameSearch<ServerConfig, RegexPattern> NamesOf(ListenerConfig listener)
    {
        if (_names.TryGetValue(listener, out ServerNameSearch<ServerConfig, RegexPattern>? known)) return known;
        var search = new ServerNameSearch<ServerConfig, RegexPattern>(listener.Default);
        foreach (ServerConfig server in listener.Servers)
        {
            foreach (ServerNameConfig name in server.Names) search.Add(name, server, name.Pattern);
        }
        return _names[listener] = search;
    }

    /// <summary>
    /// The listener that takes a connection to a port: that of the address itself, else that of all addresses. Without an address the first of
    /// the port. Null when none listens there.
    /// </summary>
    public static ListenerConfig? ListenerFor(ImmutableArray<ListenerConfig> listeners, string host, int port)
    {
        IPAddress? address = IPAddress.TryParse(host, out IPAddress? literal) ? literal : null;
        if (address is null && host == "localhost") address = IPAddress.Loopback;
        ListenerConfig? best = null;
        foreach (ListenerConfig listener in listeners)
        {
            if (listener.Listen.Port != port || listener.Listen.Kind == AddressKind.Unix) continue;
            if (address is not null && address.Equals(listener.Listen.Address)) return listener;
            bool fits = address is null || listener.Listen.IsWildcard || listener.Listen.Kind == AddressKind.HostName;
            if (fits && (best is null || (listener.Listen.IsWildcard && !best.Listen.IsWildcard))) best = listener;
        }
        return best;
    }

    private static LocationSearch<LocationConfig, RegexPattern> Build(ImmutableArray<LocationConfig> locations)
    {
        var search = new LocationSearch<LocationConfig, RegexPattern>();
        foreach (LocationConfig location in locations)
        {
            bool isPath = location.MatchKind is LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex or LocationMatchKind.Exact;
            bool redirects = isPath && location.Pattern.EndsWith('/') && location.HasOwn(Known.ProxyPass);
            // nginx refuses a second one of the same path; for a look at the rest the first one counts.
            _ = search.TryAdd(location, location, Build(location.Locations), location.Regex, redirects);
        }
        return search;
    }

    /// <summary>Finds the location of a path.</summary>
    public LocationMatch<LocationConfig> Find(ImaginedRequest request, ICollection<LocationStep<LocationConfig>>? steps)
    {
        var matcher = new ImaginedMatcher(request);
        return LocationsOf(request.Server).Find(ref matcher, Encoding.Latin1.GetBytes(request.Uri), steps);
    }
}
