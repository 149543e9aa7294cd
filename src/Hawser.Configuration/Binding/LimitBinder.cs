using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>The limit_conn and limit_req modules.</summary>
internal static class LimitBinder
{
    private const int MostConnections = 65535;

    public static ImmutableArray<LimitZoneConfig> ConnectionZone(BindContext context) => [ReadZone(context, hasRate: false)];

    public static ImmutableArray<LimitZoneConfig> RequestZone(BindContext context) => [ReadZone(context, hasRate: true)];

    public static ImmutableArray<LimitConnConfig> Connections(BindContext context)
    {
        Argument zone = context.Next();
        RefuseSecond(context, context.Existing<ImmutableArray<LimitConnConfig>>(), zone.Value);
        Argument number = context.Next();
        long? connections = ValueParser.Number(number.Value);
        if (connections is null or 0)
            throw context.Refuse(number, $"invalid number of connections \"{number}\"");
        if (connections > MostConnections)
            throw context.Refuse(number, "connection limit must be less 65536");
        context.Session.Zones.Use(context, zone, zone.Value, ZoneUse.Connections);
        return [new LimitConnConfig(zone.Value, (int)connections)];
    }

    public static ImmutableArray<LimitReqConfig> Requests(BindContext context)
    {
        string? zone = null;
        int burst = 0;
        int delay = 0;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string text = argument.Value;
            if (text.StartsWith("zone=", StringComparison.Ordinal))
            {
                zone = text[5..];
                context.Session.Zones.Use(context, argument, zone, ZoneUse.Requests);
            }
            else if (text.StartsWith("burst=", StringComparison.Ordinal))
                burst = ValueParser.Int32(text.AsSpan(6)) is { } number and > 0 ? number : throw context.Refuse(argument, $"invalid burst value \"{argument}\"");
            else if (text.StartsWith("delay=", StringComparison.Ordinal))
                delay = ValueParser.Int32(text.AsSpan(6)) is { } number and > 0 ? number : throw context.Refuse(argument, $"invalid delay value \"{argument}\"");
            else if (text == "nodelay")
                delay = int.MaxValue;
            else
                throw context.InvalidParameter(argument, BindContext.SuggestWord(text, ["zone=", "burst=", "delay=", "nodelay"]));
        }
        if (zone is null)
            throw context.Refuse(context.Node.NameArgument, "\"limit_req\" must have \"zone\" parameter");
        RefuseSecond(context, context.Existing<ImmutableArray<LimitReqConfig>>(), zone);
        return [new LimitReqConfig(zone, burst, delay)];
    }

    public static int Status(BindContext context)
    {
        Argument argument = context.Next();
        int? status = ValueParser.Int32(argument.Value);
        if (status is null)
            throw context.RefuseDirective("invalid number");
        if (status is < 400 or > 599)
            throw context.Refuse(argument, "value must be between 400 and 599");
        return status.Value;
    }

    private static LimitZoneConfig ReadZone(BindContext context, bool hasRate)
    {
        Template key = context.Template();
        Argument? zone = null;
        string name = "";
        long size = 0;
        long rate = 1000;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            if (argument.Value.StartsWith("zone=", StringComparison.Ordinal))
                (zone, (name, size)) = (argument, ReadNameAndSize(context, argument));
            else if (hasRate && argument.Value.StartsWith("rate=", StringComparison.Ordinal))
                rate = ReadRate(context, argument);
            else
                throw context.InvalidParameter(argument);
        }
        if (zone is null || name.Length == 0)
            throw context.Refuse(context.Node.NameArgument, $"\"{context.Directive.Name}\" must have \"zone\" parameter");
        context.Session.Zones.Declare(context, zone, name, hasRate ? ZoneUse.Requests : ZoneUse.Connections, key.Source);
        return new LimitZoneConfig(name, key, size, rate, context.Node.Span);
    }

    private static (string Name, long Size) ReadNameAndSize(BindContext context, Argument argument)
    {
        const long Smallest = 8 * 4096;
        string text = argument.Value[5..];
        int colon = text.IndexOf(':');
        long size = (colon < 0 ? null : ValueParser.Size(text.AsSpan(colon + 1)))
            ?? throw context.Refuse(argument, $"invalid zone size \"{argument}\"", "write zone=name:1m");
        if (size < Smallest)
            throw context.Refuse(argument, $"zone \"{argument}\" is too small", "nginx wants 32k at least");
        return (text[..colon], size);
    }

    // In thousandths of requests per second.
    private static long ReadRate(BindContext context, Argument argument)
    {
        ReadOnlySpan<char> text = argument.Value.AsSpan(5);
        int scale = text.EndsWith("r/m") ? 60 : 1;
        if (scale == 60 || text.EndsWith("r/s"))
            text = text[..^3];
        int? rate = ValueParser.Int32(text);
        return rate is null or 0 ? throw context.Refuse(argument, $"invalid rate \"{argument}\"", "write rate=10r/s or rate=30r/m") : rate.Value * 1000L / scale;
    }

    private static void RefuseSecond<T>(BindContext context, ImmutableArray<T> existing, string zone) where T : ILimitConfig
    {
        if (existing.IsDefaultOrEmpty)
            return;
        foreach (T limit in existing)
        {
            if (limit.Zone == zone)
                throw context.RefuseDirective("is duplicate");
        }
    }
}
