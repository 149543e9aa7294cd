namespace Hawser.Testing;

/// <summary>How a gateway is started.</summary>
public sealed record GatewayOptions
{
    /// <summary>Text for <c>-g</c>, behind what the fixture needs itself (<c>daemon off; pid nginx.pid;</c> and <c>user root;</c> for root).</summary>
    public string Globals { get; init; } = "";

    /// <summary>Files of the prefix directory, by relative path, written before the start.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Further placeholders: <c>%%NAME%%</c> in the configuration becomes the value.</summary>
    public IReadOnlyDictionary<string, string> Placeholders { get; init; } = new Dictionary<string, string>();

    /// <summary>What the process inherits.</summary>
    public Inheritance Inherits { get; init; } = Inheritance.Ordinary;

    /// <summary>Environment variables to add.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The limit of open descriptors (<c>ulimit -n</c>); null for that of the tests.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>Part of the alarms that this run has to raise; others still fail it.</summary>
    public string? ExpectedAlarm { get; init; }

    /// <summary>How long the pid file may take to appear.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a process gets from its parent, where programs have been known to fail.</summary>
public enum Inheritance
{
    /// <summary>Three open descriptors and default signal actions.</summary>
    Ordinary,

    /// <summary>Descriptor 2 closed, as under some supervisors and test harnesses.</summary>
    StandardErrorClosed,

    /// <summary>Descriptors 0, 1 and 2 closed.</summary>
    AllStreamsClosed,

    /// <summary>HUP, INT and QUIT ignored, as under <c>nohup</c> and for <c>&amp;</c> in a script.</summary>
    SignalsIgnored,
}
