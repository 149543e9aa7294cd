using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary>The directives of the rewrite module of a server or location: <c>set</c>, <c>if</c>, <c>return</c>, <c>rewrite</c>, <c>break</c>.</summary>
public sealed class RewriteModel
{
    /// <summary>A block without such directives.</summary>
    public bool IsEmpty => true;

    /// <summary>Runs them. Continue, FindLocation (the path has changed; after a server's, a location is looked for anyway), Status or Finished.</summary>
    public Outcome Execute(HttpExchange exchange) => throw new NotImplementedException();
}
