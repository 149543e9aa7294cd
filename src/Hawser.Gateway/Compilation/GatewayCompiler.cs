using Hawser.Configuration.Model;

namespace Hawser.Gateway.Compilation;

/// <summary>Turns a configuration into what runs.</summary>
public static class GatewayCompiler
{
    /// <param name="generation">Counts up with every reload.</param>
    /// <exception cref="GatewayCompilationException">The configuration is well formed but can't be run.</exception>
    public static GatewayModel Compile(MainConfig config, GatewayServices services, long generation) => throw new NotImplementedException();
}
