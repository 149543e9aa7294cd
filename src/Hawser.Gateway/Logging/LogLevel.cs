namespace Hawser.Gateway.Logging;

/// <summary>How serious a message of the error log is: nginx's levels with nginx's numbers, the most serious first.</summary>
public enum LogLevel
{
    /// <summary>The gateway cannot go on.</summary>
    Emerg = 1,

    /// <summary>Something that must never happen has happened: to be looked at now.</summary>
    Alert = 2,

    /// <summary>A failure of the machine or the configuration rather than of a request.</summary>
    Crit = 3,

    /// <summary>A request failed.</summary>
    Error = 4,

    /// <summary>A request was served, yet something is odd.</summary>
    Warn = 5,

    /// <summary>The life of the process: start, reload, stop.</summary>
    Notice = 6,

    /// <summary>Clients that went away, timeouts of clients, refused requests.</summary>
    Info = 7,

    /// <summary>For debugging.</summary>
    Debug = 8,
}
