using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>Puts configurations to work.</summary>
internal interface IGatewayFactory
{
    /// <summary>Everything short of opening sockets: what <c>-t</c> finds beyond the configuration language.</summary>
    /// <returns>Warnings, in nginx's words.</returns>
    /// <exception cref="GatewayFailureException">The configuration cannot work.</exception>
    IEnumerable<string> Check(GatewayConfiguration configuration);

    /// <summary>Binds all listeners, or takes them over, and starts to serve.</summary>
    /// <exception cref="GatewayFailureException">It cannot be done; nothing is left open.</exception>
    IGatewayHost Start(GatewayConfiguration configuration, InheritedListeners inherited);
}

/// <summary>A gateway that does not start or does not reload; the message is one line in nginx's words, without level.</summary>
internal sealed class GatewayFailureException(string message, Exception? inner = null) : Exception(message, inner);
