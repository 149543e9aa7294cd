using Hawser.CommandLine;
using Hawser.Hosting;

return SubCommands.Claims(args) ? await SubCommands.RunAsync(args) : NginxCommand.Run(args, new GatewayFactory());
