using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A limit for each client address behind another proxy, whose address all clients then share.</summary>
internal sealed class Hw603PerAddressLimit : Rule
{
    public override string Id => "HW603";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        bool behindProxy = context.Syntax.All.Any(static n => n.Arguments.Any(static a => a.Value.Contains("$http_x_forwarded_", StringComparison.OrdinalIgnoreCase)
            || a.Value == "$http_cf_connecting_ip"));
        if (!behindProxy) return;
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            foreach (string name in (ReadOnlySpan<string>)["limit_conn", "limit_req"])
            {
                if (context.Syntax.FindInherited(proxied.Block, name) is not { Arguments.IsEmpty: false } limit) continue;
                if (context.Syntax.FindInherited(proxied.Block, "set_real_ip_from") is not null || context.MissingIncludes.Count > 0) continue;
                string zone = limit.Arguments.Select(static a => a.Value.StartsWith("zone=", StringComparison.Ordinal) ? a.Value[5..] : a.Value).First();
                if (!IsPerAddress(context, name + "_zone", zone)) continue;
                sink.Report(FindingSeverity.Warning, limit.Span, "", null, TextValue.OfBytes("location", proxied.Title), ("directive", name), TextValue.OfBytes("zone", zone));
            }
        }
    }

    private static bool IsPerAddress(DoctorContext context, string directive, string zone) => context.Syntax.All.Any(n => n.Name == directive
        && n.Arguments is [{ Value: "$binary_remote_addr" or "$remote_addr" }, ..]
        && n.Arguments.Any(a => a.Value.StartsWith("zone=" + zone, StringComparison.Ordinal)));
}
