using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>Stands in until the data path is there.</summary>
internal sealed class PendingGateway : IGatewayFactory
{
    public void Check(GatewayConfiguration configuration)
    {
    }

    public IGatewayHost Start(GatewayConfiguration configuration) => throw new GatewayFailureException("the data path is not part of this build");
}
