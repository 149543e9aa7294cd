namespace Hawser.Configuration.Diagnostics;

/// <summary>How serious a diagnostic is. The names printed are nginx's log levels.</summary>
public enum Severity
{
    /// <summary><c>[emerg]</c>: the configuration cannot be used.</summary>
    Emergency,

    /// <summary><c>[warn]</c>: the configuration works, though probably not as meant.</summary>
    Warning,

    /// <summary><c>[notice]</c>: worth knowing.</summary>
    Notice,
}
