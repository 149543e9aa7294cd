using System.CommandLine;
using Hawser.Hosting;

namespace Hawser.CommandLine;

/// <summary>
/// Everything that is not a command line of nginx: sub-commands and <c>--long</c> options. Only this class and what it calls touch
/// System.CommandLine, so that nginx-style runs never load it.
/// </summary>
internal static class SubCommands
{
    /// <summary>Whether a command line is meant for this class: nothing at all (the demo), a sub-command, or a long option.</summary>
    public static bool Claims(string[] arguments) =>
        arguments is [] or ["echo" or "demo" or "status" or "drain" or "doctor" or "explain", ..] || (arguments[0].Length > 2 && arguments[0].StartsWith("--", StringComparison.Ordinal));

    public static async Task<int> RunAsync(string[] arguments, IGatewayFactory factory)
    {
        var demo = new Command("demo", "Gateway, echo backend and a page to try them: what runs without any argument");
        DemoCommand.AddTo(demo, factory);
        var root = new RootCommand("WebSocket-first reverse proxy that reads nginx.conf. Options of nginx (-t, -s, -c, …): hawser -h")
        {
            demo,
            EchoCommand.Create(),
            StatusCommand.Create(),
            DrainCommand.Create(),
            DoctorCommand.Create(),
            DoctorCommand.CreateExplain(),
        };
        DemoCommand.AddTo(root, factory);

        var parsed = root.Parse(arguments);
        if (parsed.Errors is [var first, ..])
        {
            var command = parsed.CommandResult.Command;
            await Console.Error.WriteLineAsync($"hawser: {first.Message}\nTry: hawser {(command == root ? "" : command.Name + " ")}--help");
            return 1;
        }

        return await parsed.InvokeAsync();
    }
}
