using System.Globalization;
using Hawser.Gateway.Tunnels.HandOver;
using Hawser.IO.Native;

namespace Hawser.Gateway.Hosting;

/// <summary>The program started anew beside this process (docs/decisions/0040-binary-upgrade.md).</summary>
internal static class SuccessorProcess
{
    /// <summary>
    /// Tells the new process that the capabilities it has were this one's, which has given up root: they are for its control thread alone.
    /// </summary>
    internal const string CapabilitiesVariable = "HAWSER_KEPT_CAPABILITIES";

    /// <summary>Starts it with listening sockets.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    /// <param name="launch">The program.</param>
    /// <param name="listeners">Descriptors of the listening sockets.</param>
    /// <param name="handOver">The new process's end of the stream that tunnels go through.</param>
    public static int Start(ProgramLaunch launch, IEnumerable<int> listeners, int handOver)
    {
        bool keeps = ProcessServices.HasGivenUpRoot;
        var start = new ProgramStart
        {
            Path = launch.Path,
            Arguments = launch.Arguments,
            WorkingDirectory = launch.Directory,
            KeepsCapabilities = keeps,
            Variables = { [CapabilitiesVariable] = keeps ? "1" : null },
        };
        string numbers = "";
        foreach (int listener in listeners)
        {
            numbers += string.Create(CultureInfo.InvariantCulture, $"{listener};");
            start.Descriptors.Add((listener, listener));
        }
        start.Variables[InheritedListeners.Variable] = numbers;
        start.Variables[HandOverFormat.Variable] = handOver.ToString(CultureInfo.InvariantCulture);
        start.Descriptors.Add((handOver, handOver));
        return ProgramStarter.Start(start);
    }
}
