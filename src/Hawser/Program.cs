using Hawser.CommandLine;

return SubCommands.Claims(args) ? await SubCommands.RunAsync(args) : NginxCommand.Run(args);
