using System.Globalization;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>How many tunnels fit: each takes two connections of its worker, for as long as it lives.</summary>
internal sealed class Hw601Connections : Rule
{
    private const int Few = 1024;
    private const int UsualDescriptors = 1024;

    public override string Id => "HW601";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Inspection.Shape != ConfigurationShape.Main || context.IsTemplate || context.WebSocketLocations.FirstOrDefault() is not { } first) return;
        MainConfig main = context.Inspection.Config;
        Setting<int> connections = main.Events.Find(Known.WorkerConnections);
        Setting<int> descriptors = main.Find(Known.WorkerRlimitNofile);
        SourceSpan place = connections.Span ?? first.PassNode.Span;
        if (descriptors.IsExplicit && descriptors.Value > 0 && descriptors.Value < connections.Value * 2L)
            sink.Report(FindingSeverity.Warning, descriptors.Span, "descriptors", null, Values(connections.Value, descriptors.Value));
        else if (!descriptors.IsExplicit && connections.Value > UsualDescriptors)
            sink.Report(FindingSeverity.Hint, place, "limit", null, Values(connections.Value, UsualDescriptors));
        else if (connections.Value <= Few)
            sink.Report(FindingSeverity.Hint, place, "", null, Values(connections.Value, 0));
    }

    private static ReadOnlySpan<TextValue> Values(int connections, int descriptors) => (TextValue[])
    [
        ("connections", connections.ToString(CultureInfo.InvariantCulture)), ("tunnels", (connections / 2).ToString(CultureInfo.InvariantCulture)),
        ("descriptors", descriptors.ToString(CultureInfo.InvariantCulture)), ("twice", (connections * 2L).ToString(CultureInfo.InvariantCulture)),
    ];
}
