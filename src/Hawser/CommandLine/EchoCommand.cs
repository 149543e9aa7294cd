using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using Hawser.Echo;

namespace Hawser.CommandLine;

/// <summary><c>hawser echo</c>: the echo backend on its own.</summary>
internal static class EchoCommand
{
    public static Command Create()
    {
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Where to listen: ADDRESS:PORT, or a PORT of 127.0.0.1; port 0 takes a free one",
            HelpName = "address:port",
            DefaultValueFactory = _ => EchoOptions.DefaultEndPoint,
            CustomParser = ParseEndPoint,
        };
        var idle = DurationOption("--idle", "Close a connection that sends nothing for this long, such as 60s (default: never)");
        var delay = DurationOption("--delay", "Let every message wait this long before it goes back, such as 200ms (default: none)");

        var command = new Command("echo", "WebSocket backend that sends every frame back") { listen, idle, delay };
        command.SetAction((result, stop) => RunAsync(
            new EchoOptions { EndPoint = result.GetValue(listen)!, Idle = result.GetValue(idle), Delay = result.GetValue(delay) },
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error,
            stop));
        return command;
    }

    private static async Task<int> RunAsync(EchoOptions options, TextWriter output, TextWriter error, CancellationToken stop)
    {
        EchoServer server;
        try
        {
            server = EchoServer.Start(options);
        }
        catch (SocketException e)
        {
            await error.WriteLineAsync($"hawser: cannot listen on {options.EndPoint}: {e.Message}. Choose another address: hawser echo --listen 127.0.0.1:PORT");
            return 1;
        }

        await using (server)
        {
            await output.WriteLineAsync($"Echo backend on ws://{server.EndPoint}/ (any path). Ctrl+C stops it.");
            await Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return 0;
    }

    private static Option<TimeSpan> DurationOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            if (!DurationText.TryParse(result.Tokens[0].Value, out var duration))
                result.AddError($"\"{result.Tokens[0].Value}\" is not a time: write 200ms, 60s, 5m or 1h");

            return duration;
        },
    };

    private static IPEndPoint? ParseEndPoint(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (ushort.TryParse(text, out var port))
            return new IPEndPoint(IPAddress.Loopback, port);

        var local = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1:{text[10..]}" : text;
        if (local.Contains(':') && IPEndPoint.TryParse(local, out var endPoint))
            return endPoint;

        result.AddError($"\"{text}\" is not an address: write 127.0.0.1:8808, [::1]:8808 or 8808");
        return null;
    }
}
