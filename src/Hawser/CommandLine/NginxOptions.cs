namespace Hawser.CommandLine;

/// <summary>What <c>-s</c> may send to a running gateway.</summary>
public enum ControlSignal
{
    /// <summary><c>-s</c> was not given.</summary>
    None,

    /// <summary><c>stop</c>: fast shutdown (TERM).</summary>
    Stop,

    /// <summary><c>quit</c>: graceful shutdown (QUIT).</summary>
    Quit,

    /// <summary><c>reload</c>: read the configuration again (HUP).</summary>
    Reload,

    /// <summary><c>reopen</c>: open the log files again (USR1).</summary>
    Reopen,

    /// <summary><c>upgrade</c>: start the installed binary in the place of the running one (USR2, then QUIT); not in nginx.</summary>
    Upgrade,
}

/// <summary>The options nginx knows, as they were given; paths are not resolved yet.</summary>
public sealed record NginxOptions
{
    /// <summary><c>-?</c>, <c>-h</c>.</summary>
    public bool ShowHelp { get; init; }

    /// <summary><c>-v</c>, and every option that prints the version on its way (<c>-?</c>, <c>-h</c>, <c>-V</c>).</summary>
    public bool ShowVersion { get; init; }

    /// <summary><c>-V</c>.</summary>
    public bool ShowFeatures { get; init; }

    /// <summary><c>-t</c> or <c>-T</c>.</summary>
    public bool TestConfiguration { get; init; }

    /// <summary><c>-T</c>.</summary>
    public bool DumpConfiguration { get; init; }

    /// <summary><c>-q</c>.</summary>
    public bool Quiet { get; init; }

    /// <summary><c>-p</c>: the prefix; null for the default.</summary>
    public string? Prefix { get; init; }

    /// <summary><c>-e</c>: the log used before the configuration is read; null for the default, <c>stderr</c> for standard error.</summary>
    public string? ErrorLog { get; init; }

    /// <summary><c>-c</c>: the configuration file, relative to the prefix; null for the default.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary><c>-g</c>: directives read before the file, in the main context; null for none.</summary>
    public string? GlobalDirectives { get; init; }

    /// <summary><c>-s</c>.</summary>
    public ControlSignal Signal { get; init; }
}
