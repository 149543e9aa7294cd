using System.Text;
using Hawser.IO.Native;

namespace Hawser.CommandLine;

/// <summary>A run with nginx's options. Its messages keep nginx's words and its prefix, because tools parse them.</summary>
internal static class NginxCommand
{
    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code: 0, or 1 for anything wrong, as in nginx.</returns>
    public static int Run(string[] arguments)
    {
        if (!NginxOptionParser.TryParse(arguments, out var options, out var error))
        {
            Say($"nginx: {error}\n");
            return 1;
        }

        if (options!.ShowVersion)
        {
            Say(InformationText.Version + (options.ShowHelp ? InformationText.Usage : "") + (options.ShowFeatures ? InformationText.Features() : ""));
            if (!options.TestConfiguration)
                return 0;
        }

        return 0;
    }

    private static void Say(string text) => StandardError.Write(Encoding.UTF8.GetBytes(text));
}
