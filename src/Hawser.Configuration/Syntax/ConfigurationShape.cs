namespace Hawser.Configuration.Syntax;

/// <summary>For which block of a configuration a file is meant, as its directives tell.</summary>
public enum ConfigurationShape
{
    /// <summary>A whole configuration.</summary>
    Main,

    /// <summary>What an <c>include</c> in <c>http</c> brings in: servers, upstreams, maps.</summary>
    Http,

    /// <summary>What an <c>include</c> in <c>server</c> brings in: locations.</summary>
    Server,

    /// <summary>What an <c>include</c> in <c>location</c> brings in: single directives.</summary>
    Location,

    /// <summary>TCP proxying: nothing of it concerns HTTP.</summary>
    Stream,

    /// <summary>Directives that need <c>http</c> stand beside directives that need <c>server</c>: no include makes it valid.</summary>
    Mixed,
}
