using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Explain;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A regular expression takes the path of a WebSocket before the location that is meant for it.</summary>
internal sealed class Hw104RegexFirst : Rule
{
    public override string Id => "HW104";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (proxied.Block is not { } block || context.IsHidden(block.Span) || proxied.Location.IsNameless || proxied.Named.Pattern == "/") continue;
            foreach (string path in PathsFor(context, proxied))
            {
                var steps = new List<LocationStep<LocationConfig>>();
                LocationConfig? taken = context.Router.FindLocation(proxied.Server, path, steps).Location;
                if (taken?.Regex is null || ReferenceEquals(taken, proxied.Named) || IsInside(taken, proxied.Named)) continue;
                // A sample of an expression must be one that the expression would have taken.
                if (proxied.Named.Regex is not null && !Matches(context, proxied, path)) continue;
                if (context.Syntax.NodeOf(taken) is { } winner && context.IsHidden(winner.Span)) continue;
                sink.Report(FindingSeverity.Error, block.Span, proxied.Named.Regex is null ? "" : "order", FixFor(proxied, block), TextValue.OfBytes("path", path),
                    ("winner", RequestWalk.Describe(taken)), TextValue.OfBytes("location", proxied.Title), ("line", LineOf(taken)));
                break;
            }
        }
    }

    private static List<string> PathsFor(DoctorContext context, ProxiedLocation proxied)
    {
        string pattern = proxied.Named.Pattern;
        if (proxied.Intent == WebSocketIntent.Url) return [context.Options.Url!.AbsolutePath];
        if (proxied.Named.Regex is not null) return SamplePaths.For(pattern);
        return proxied.IsPrefix ? [pattern, pattern.EndsWith('/') ? pattern + "x" : pattern + "/x"] : [];
    }

    private static bool Matches(DoctorContext context, ProxiedLocation proxied, string path)
    {
        // Alone among its siblings it would be found: the expression is tried by itself.
        return new RegexBook().Match(proxied.Named.Regex!, path) is not null && context.Http is not null;
    }

    private static bool IsInside(LocationConfig location, LocationConfig around)
    {
        for (ConfigScope? scope = location.Parent; scope is not null; scope = scope.Parent)
        {
            if (ReferenceEquals(scope, around)) return true;
        }
        return false;
    }

    // ^~ keeps expressions from being tried.
    private static Fix? FixFor(ProxiedLocation proxied, DirectiveNode block) =>
        proxied.Named.MatchKind == LocationMatchKind.Prefix && block.Arguments is [var path] ? new Fix(TextEdit.Insert(path.Span.File, path.Span.Start, "^~ ")) : null;

    private static string LineOf(LocationConfig location) => location.Span?.Line.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
