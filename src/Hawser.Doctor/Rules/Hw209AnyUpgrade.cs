using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>
/// <c>Upgrade $http_upgrade</c> also forwards <c>h2c</c>. A backend that agrees speaks HTTP/2 through the tunnel from then on, and none of the
/// proxy's rules sees its requests.
/// </summary>
internal sealed class Hw209AnyUpgrade : Rule
{
    private static readonly string[] s_guards = ["deny", "auth_basic", "auth_request", "internal", "auth_jwt", "limit_except"];

    public override string Id => "HW209";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            if (proxied.Header("Upgrade")?.Value.Parts is not [VariablePart { Name: "http_upgrade" }]) continue;
            if (IsGuarded(context, proxied) || Protected(context, proxied) is not { } rule) continue;
            sink.Report(FindingSeverity.Hint, proxied.Header("Upgrade")!.Span, "", null, TextValue.OfBytes("location", proxied.Title), TextValue.OfBytes("rule", rule.Name),
                ("line", rule.Span.Line.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    // Connection that follows a map of the value websocket alone, or a condition, keeps h2c out.
    private static bool IsGuarded(DoctorContext context, ProxiedLocation proxied)
    {
        if (proxied.Location.Rewrite.Any(static s => s is IfStep { Condition: MatchCondition { Variable: "http_upgrade" } or EqualityCondition { Variable: "http_upgrade" } })) return true;
        MapConfig? map = proxied.Header("Connection") is { } connection ? Hw205MapVariable.MapOf(context, connection.Value) : null;
        return map is not null && !map.Default.Source.Contains("upgrade", StringComparison.OrdinalIgnoreCase);
    }

    // What a request that the proxy does not see would get around.
    private static DirectiveNode? Protected(DoctorContext context, ProxiedLocation proxied)
    {
        foreach (ProxiedLocation other in context.Proxied)
        {
            if (!ReferenceEquals(other.Server, proxied.Server) || other.Pass.Address?.Text != proxied.Pass.Address?.Text || ReferenceEquals(other, proxied)) continue;
            foreach (DirectiveNode node in context.Syntax.ChildrenOf(other.Block))
            {
                bool isOff = node.Arguments is [{ Value: "off" }];
                if (s_guards.Contains(node.Name) && !isOff) return node;
            }
        }
        return null;
    }
}
