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

    /// <summary>USR2: change the binary; refused for now, but it must not end the process as it would by default.</summary>
    Upgrade,

    /// <summary>The gateway has ended.</summary>
    Completed,
}
