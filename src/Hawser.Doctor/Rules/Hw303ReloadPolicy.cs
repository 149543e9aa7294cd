using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>What a reload does to tunnels: old workers that never end, or tunnels that are cut.</summary>
internal sealed class Hw303ReloadPolicy : Rule
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(1);

    public override string Id => "HW303";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        if (context.Inspection.Shape != ConfigurationShape.Main || context.IsTemplate || context.WebSocketLocations.FirstOrDefault() is not { } first) return;
        Setting<TimeSpan> timeout = context.Inspection.Config.Find(Known.WorkerShutdownTimeout);
        // Hawser has no old workers: a reload leaves tunnels alone.
        if (!timeout.IsExplicit && !context.Options.Target.IsHawser)
            sink.Report(FindingSeverity.Hint, first.PassNode.Span, "", null, ("value", ""));
        else if (timeout.Span is { } span && timeout.Value > TimeSpan.Zero && timeout.Value < s_short)
            sink.Report(FindingSeverity.Hint, span, "short", null, ("value", DurationText.Of(timeout.Value)));
    }
}
