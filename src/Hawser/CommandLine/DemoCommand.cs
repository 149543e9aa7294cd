using System.CommandLine;
using System.CommandLine.Parsing;
using Hawser.Demo;
using Hawser.Hosting;

namespace Hawser.CommandLine;

/// <summary><c>hawser demo</c>, and <c>hawser</c> without a sub-command.</summary>
internal static class DemoCommand
{
    /// <summary>Gives a command the options and the action of the demo.</summary>
    public static void AddTo(Command command, IGatewayFactory factory)
    {
        var port = new Option<int>("--port")
        {
            Description = $"Port of the gateway; the environment variable {DemoPorts.Variable} sets the default",
            HelpName = "port",
            DefaultValueFactory = result => Environment.GetEnvironmentVariable(DemoPorts.Variable) is { Length: > 0 } text
                ? Parse(text, $"{DemoPorts.Variable}={text}", result)
                : DemoPorts.Default.Gateway,
            CustomParser = Parse,
        };
        var echoPort = new Option<int>("--echo-port")
        {
            Description = "Port of the echo backend",
            HelpName = "port",
            DefaultValueFactory = _ => DemoPorts.Default.Echo,
            CustomParser = Parse,
        };

        var tls = new Option<bool>("--tls")
        {
            Description = $"Serve https and wss with a certificate made for this machine (port {DemoPorts.DefaultTls} unless --port says otherwise)",
        };

        command.Add(port);
        command.Add(echoPort);
        command.Add(tls);
        command.SetAction(result =>
        {
            var withTls = result.GetValue(tls);
            var isDefault = result.GetResult(port) is null or { Implicit: true } && Environment.GetEnvironmentVariable(DemoPorts.Variable) is null or "";
            var gateway = withTls && isDefault ? DemoPorts.DefaultTls : result.GetValue(port);
            return DemoRun.Run(new DemoPorts(gateway, result.GetValue(echoPort)), withTls, factory, result.InvocationConfiguration.Output);
        });
    }

    private static int Parse(ArgumentResult result) => Parse(result.Tokens[0].Value, $"\"{result.Tokens[0].Value}\"", result);

    private static int Parse(string text, string shown, ArgumentResult result)
    {
        if (ushort.TryParse(text, out var port) && port > 0)
            return port;

        result.AddError($"{shown} is not a port: write a number from 1 to 65535");
        return 0;
    }
}
