using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>A handshake for <c>/ws</c> where the location is <c>/ws/</c>: nginx redirects, and WebSocket clients do not follow.</summary>
internal sealed class Hw103SlashRedirect : Rule
{
    public override string Id => "HW103";

    public override void Check(DoctorContext context, FindingSink sink)
    {
        foreach (ProxiedLocation proxied in context.WebSocketLocations)
        {
            string prefix = proxied.Named.Pattern;
            if (!proxied.IsPrefix || prefix.Length < 2 || !prefix.EndsWith('/') || proxied.Block is not { } block || context.IsHidden(block.Span)) continue;
            string bare = prefix[..^1];
            LocationMatch<LocationConfig> match = context.Router.FindLocation(proxied.Server, bare);
            if (!match.AutoRedirect || !ReferenceEquals(match.Location, proxied.Named)) continue;
            bool asked = context.Options.Url is { } url && url.AbsolutePath == bare;
            // Clients of these libraries always send the slash.
            if (!asked && (prefix.Contains("socket.io", StringComparison.Ordinal) || prefix.Contains("sockjs", StringComparison.Ordinal) || proxied.IsShared)) continue;
            sink.Report(asked ? FindingSeverity.Error : FindingSeverity.Hint, block.Arguments[^1].Span, asked ? "asked" : "", null,
                TextValue.OfBytes("path", bare), TextValue.OfBytes("slash", prefix));
        }
    }
}
