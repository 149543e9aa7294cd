using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A timeout that cannot be what was meant: a connect timeout beyond what the kernel waits, fractions of a second, years.</summary>
internal sealed class Hw302OddTimeout : Rule
{
    // nginx's documentation: a connect timeout cannot usually exceed 75 seconds.
    private static readonly TimeSpan s_longestConnect = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    public override string Id => "HW302";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.Proxied)
        {
            Look(context, sink, proxied, Known.ProxyConnectTimeout);
            Look(context, sink, proxied, Known.ProxyReadTimeout);
            Look(context, sink, proxied, Known.ProxySendTimeout);
        }
    }

    private static void Look(DoctorContext context, FindingSink sink, ProxiedLocation proxied, Directive<TimeSpan> directive)
    {
        Setting<TimeSpan> timeout = proxied.Location.Find(directive);
        if (timeout.Span is not { } span || context.IsHidden(span)) return;
        TimeSpan value = timeout.Value;
        bool isConnect = directive == Known.ProxyConnectTimeout;
        string? variant = isConnect && value > s_longestConnect ? "connect"
            : value > TimeSpan.Zero && value < TimeSpan.FromSeconds(1) ? "short"
            : value > s_longest ? "long"
            : null;
        if (variant is null) return;
        Fix? fix = variant == "connect" && context.Syntax.NodeAt(span) is { } node ? new Fix(Edits.SetValue(node, "10s")) : null;
        sink.Report(variant == "short" ? FindingSeverity.Warning : FindingSeverity.Hint, span, variant, fix, ("directive", directive.Name), ("value", DurationText.Of(value)));
    }
}
