using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;

namespace Hawser.Gateway.Phases.Limits;

/// <summary>
/// The zones of this process by name. A reload finds a zone of the same kind and size as it is; one whose size has changed begins anew, and
/// one that is no longer declared is let go when the last configuration that uses it ends.
/// </summary>
public sealed class ZoneRegistry(TimeProvider time)
{
    private volatile Dictionary<string, Zone> _zones = new(StringComparer.Ordinal);

    private sealed record Zone(object State, long Size, string Key);

    /// <summary>What one configuration declares, on top of what there is. Nothing changes before <see cref="Commit"/>.</summary>
    internal sealed class Draft(ZoneRegistry registry)
    {
        private readonly Dictionary<string, Zone> _declared = new(StringComparer.Ordinal);

        public ConnectionZoneState Connections(LimitZoneConfig config) =>
            Declare(
            config, "limit_conn_zone", static (zone, _) => new ConnectionZoneState(zone.Size) { Name = zone.Name, KeyText = zone.Key.Source });

        public RequestZoneState Requests(LimitZoneConfig config) =>
            Declare(config, "limit_req", static (zone, time) => new RequestZoneState(zone.Size, time));

        /// <summary>The configuration is good: its zones are those of the process.</summary>
        public void Commit() => registry._zones = _declared;

        /// <exception cref="GatewayCompilationException">The zone is kept, and its entries belong to another key.</exception>
        private T Declare<T>(LimitZoneConfig config, string what, Func<LimitZoneConfig, TimeProvider, T> make) where T : class
        {
            if (_declared.TryGetValue(config.Name, out Zone? already)) return (T)already.State;
            string key = config.Key.Source;
            if (!registry._zones.TryGetValue(config.Name, out Zone? zone) || zone.State is not T || zone.Size != config.Size)
            {
                zone = new Zone(make(config, registry._time), config.Size, key);
            }
            else if (zone.Key != key)
            {
                throw new GatewayCompilationException(
                    $"{what} \"{config.Name}\" uses the \"{key}\" key while previously it used the \"{zone.Key}\" key");
            }
            _declared.Add(config.Name, zone);
            return (T)zone.State;
        }
    }

    private readonly TimeProvider _time = time;

    internal Draft Begin() => new(this);

    /// <summary>The zone of <c>limit_conn</c> of a name, if it counts the same as it did in another process; null otherwise. Any thread.</summary>
    public ConnectionZoneState? FindConnections(string name, string key) =>
        _zones.TryGetValue(name, out Zone? zone) && zone.Key == key ? zone.State as ConnectionZoneState : null;
}
