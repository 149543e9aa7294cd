using Hawser.CommandLine;
using Hawser.Hosting;

var factory = new PendingGateway();
return SubCommands.Claims(args) ? await SubCommands.RunAsync(args, factory) : NginxCommand.Run(args, factory);
