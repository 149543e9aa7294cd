namespace Hawser.Hosting;

/// <summary>Which of a daemon's duties a run has.</summary>
/// <param name="Detach">Whether <c>daemon on</c> counts.</param>
/// <param name="WritePidFile">Whether the pid file is written.</param>
/// <param name="DropUser">Whether a process of root changes to the user of the configuration.</param>
internal sealed record ProcessPolicy(bool Detach, bool WritePidFile, bool DropUser)
{
    /// <summary>A run with nginx's options.</summary>
    public static readonly ProcessPolicy Service = new(Detach: true, WritePidFile: true, DropUser: true);

    /// <summary>The demo: it belongs to the terminal it was started from.</summary>
    public static readonly ProcessPolicy Foreground = new(Detach: false, WritePidFile: false, DropUser: false);
}
