using System.CommandLine;
using Hawser.Control;

namespace Hawser.CommandLine;

/// <summary><c>hawser drain</c>: takes load off a server, an upstream or the whole process, and shows how it goes.</summary>
internal static class DrainCommand
{
    public static Command Create()
    {
        var upstream = new Argument<string?>("upstream") { Description = "Upstream that gets no more requests", Arity = ArgumentArity.ZeroOrOne };
        var server = new Argument<string?>("server") { Description = "Only this server of it, as the configuration or hawser status names it", Arity = ArgumentArity.ZeroOrOne };
        var process = new Option<bool>("--process") { Description = "Drain the whole process, and end it (QUIT)" };
        var undo = new Option<bool>("--undo") { Description = "Give the servers requests again" };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until the last connection has ended" };
        var command = new Command("drain", "Take load off a server, an upstream or the whole process") { upstream, server, process, undo, noWait };
        command.Validators.Add(result =>
        {
            if (result.GetValue(process) == result.GetValue(upstream) is not null)
                result.AddError("name an upstream, or say --process");
            else if (result.GetValue(process) && result.GetValue(undo))
                result.AddError("a process that ends cannot be called back: --undo is for upstreams");
        });
        var gateway = new GatewayOptions(command);
        command.SetAction((result, stop) => Guard.RunAsync(result, () =>
        {
            var progress = new DrainProgress(gateway.Connect(result), result.InvocationConfiguration.Output, !result.GetValue(noWait));
            return result.GetValue(process)
                ? progress.DrainProcessAsync(stop)
                : progress.DrainUpstreamAsync(result.GetValue(upstream)!, result.GetValue(server), result.GetValue(undo), stop);
        }));
        return command;
    }
}
