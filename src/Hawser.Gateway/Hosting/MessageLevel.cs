namespace Hawser.Gateway.Hosting;

/// <summary>nginx's levels of messages, the most serious first, with nginx's numbers.</summary>
public enum MessageLevel
{
    /// <summary>It cannot be done at all.</summary>
    Emergency = 1,

    /// <summary>Somebody should act at once.</summary>
    Alert = 2,

    /// <summary>A critical condition.</summary>
    Critical = 3,

    /// <summary>An error.</summary>
    Error = 4,

    /// <summary>A warning.</summary>
    Warning = 5,

    /// <summary>Normal, yet worth a line.</summary>
    Notice = 6,

    /// <summary>Information.</summary>
    Information = 7,

    /// <summary>For debugging.</summary>
    Debug = 8,
}
