using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    public static readonly Directive<bool> HawserMetrics = Modules.WebSocket.Add(
        new Directive<bool>("hawser_metrics", In.Location, Arity.None, false, _ => true)
        {
            Syntax = [""],
            Inheritance = Inheritance.NestedOnly,
            Summary = "The location answers with the gateway's metrics in Prometheus' text format: connections, tunnels, handshakes, upstreams, loops. "
                + "Guard it with allow and deny.",
        });
}
