using Hawser.CommandLine;
using Hawser.Hosting;

var factory = new GatewayFactory();

// Not async: the state machine of an async Main is compiled at every start, and nginx-style runs need none.
return SubCommands.Claims(args) ? SubCommands.RunAsync(args, factory).GetAwaiter().GetResult() : NginxCommand.Run(args, factory);
