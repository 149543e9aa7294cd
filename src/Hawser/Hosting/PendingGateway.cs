using Hawser.Configuration.Model;

namespace Hawser.Hosting;

/// <summary>Stands in until the data path is there.</summary>
internal sealed class PendingGateway : IGatewayFactory
{
    public void Check(MainConfig configuration)
    {
    }

    public IGatewayHost Start(MainConfig configuration) => throw new GatewayFailureException("the data path is not part of this build");
}
