using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>What a zone is for.</summary>
internal enum ZoneUse
{
    Connections,
    Requests,
}

/// <summary>The names of zones. One may be used before it is declared; whether all are, is known at the end of <c>http</c>.</summary>
internal sealed class ZoneNameRegistry
{
    private readonly Dictionary<string, Zone> _zones = new(StringComparer.Ordinal);

    private sealed class Zone(ZoneUse use, SourceSpan span)
    {
        public ZoneUse Use { get; } = use;

        public SourceSpan FirstUse { get; } = span;

        /// <summary>The key it counts; null until it is declared.</summary>
        public string? Key { get; set; }
    }

    public void Declare(BindContext context, Argument argument, string name, ZoneUse use, string key)
    {
        Zone zone = Find(context, argument, name, use);
        if (zone.Key is not null)
            throw context.Refuse(argument, $"{context.Directive.Name} \"{name}\" is already bound to key \"{zone.Key}\"");
        zone.Key = key;
    }

    public void Use(BindContext context, Argument argument, string name, ZoneUse use) => Find(context, argument, name, use);

    /// <summary>Reports the zones that nothing declares.</summary>
    public void Check(BindContext context)
    {
        foreach ((string name, Zone zone) in _zones)
        {
            if (zone.Key is not null)
                continue;
            string directive = zone.Use == ZoneUse.Connections ? "limit_conn_zone" : "limit_req_zone";
            context.Session.Diagnostics.Add(
                new Diagnostic(Severity.Emergency, $"zero size shared memory zone \"{name}\"", zone.FirstUse, $"declare it with {directive}")
                {
                    Ordinal = int.MaxValue,
                });
        }
    }

    private Zone Find(BindContext context, Argument argument, string name, ZoneUse use)
    {
        if (!_zones.TryGetValue(name, out Zone? zone))
            _zones.Add(name, zone = new Zone(use, argument.Span));
        else if (zone.Use != use)
            throw context.Refuse(argument, $"the shared memory zone \"{name}\" is already declared for a different use");
        return zone;
    }
}
