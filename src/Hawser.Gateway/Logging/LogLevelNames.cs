using Hawser.Configuration.Model;

namespace Hawser.Gateway.Logging;

/// <summary>The levels as they are written.</summary>
public static class LogLevelNames
{
    private static readonly string[] s_names = ["", "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

    public static string Of(LogLevel level) => s_names[(int)level];

    /// <summary>The level of a directive; both enumerations have nginx's numbers.</summary>
    public static LogLevel ToLogLevel(this ErrorLogLevel level) => (LogLevel)level;
}
