namespace Hawser.Hosting;

/// <summary>What may be asked of a running gateway, by signal or by itself.</summary>
internal enum ControlRequest
{
    /// <summary>TERM, INT: fast shutdown.</summary>
    Stop,

    /// <summary>QUIT: graceful shutdown.</summary>
    Quit,

    /// <summary>HUP: read the configuration again.</summary>
    Reload,

    /// <summary>USR1: open the log files again.</summary>
    Reopen,

    /// <summary>WINCH: stop accepting connections.</summary>
    StopAccepting,

    /// <summary>USR2: change the binary.</summary>
    Upgrade,

    /// <summary>The process that <see cref="Upgrade"/> started has ended.</summary>
    SuccessorEnded,

    /// <summary>The gateway has ended.</summary>
    Completed,
}
