using System.CommandLine;
using Hawser.CommandLine;
using Hawser.Gateway.Hosting;
using Hawser.Hosting;

namespace Hawser.Control;

/// <summary>The options that say which running gateway a command is about: nginx's own, or the control socket itself.</summary>
internal sealed class GatewayOptions
{
    private readonly Option<string?> _configuration = new("-c") { Description = "Configuration file of the gateway", HelpName = "file" };
    private readonly Option<string?> _prefix = new("-p") { Description = "Its prefix", HelpName = "prefix" };
    private readonly Option<string?> _globals = new("-g") { Description = "Its global directives, if they name a pid file", HelpName = "directives" };
    private readonly Option<string?> _socket = new("--socket") { Description = "Its control socket, where the configuration cannot be read", HelpName = "path" };

    public GatewayOptions(Command command)
    {
        command.Add(_configuration);
        command.Add(_prefix);
        command.Add(_globals);
        command.Add(_socket);
    }

    /// <summary>The way to the gateway.</summary>
    /// <exception cref="ControlException">The configuration that names it has an error.</exception>
    public ControlClient Connect(ParseResult result)
    {
        if (result.GetValue(_socket) is { } path)
            return new ControlClient(Path.GetFullPath(path));

        var source = ConfigurationSource.From(new NginxOptions
        {
            ConfigurationFile = result.GetValue(_configuration),
            Prefix = result.GetValue(_prefix),
            GlobalDirectives = result.GetValue(_globals),
        });
        using var log = StartupLog.Open(null, MessageLevel.Emergency, TimeProvider.System);
        var configuration = source.Load(log);
        return configuration.IsUsable
            ? new ControlClient(ControlSocket.PathFor(configuration.Process.PidPath))
            : throw new ControlException($"{source.Path} says where the gateway's control socket is, and it has an error; --socket PATH does without");
    }
}
