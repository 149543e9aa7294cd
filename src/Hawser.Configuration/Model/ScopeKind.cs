namespace Hawser.Configuration.Model;

/// <summary>The kinds of block that hold directives.</summary>
public enum ScopeKind
{
    /// <summary>The top level of the file.</summary>
    Main,

    /// <summary><c>events { }</c></summary>
    Events,

    /// <summary><c>http { }</c></summary>
    Http,

    /// <summary><c>server { }</c> in <c>http</c>.</summary>
    Server,

    /// <summary><c>location { }</c></summary>
    Location,

    /// <summary><c>if { }</c> in a server.</summary>
    ServerIf,

    /// <summary><c>if { }</c> in a location.</summary>
    LocationIf,

    /// <summary><c>limit_except { }</c></summary>
    LimitExcept,

    /// <summary><c>upstream { }</c></summary>
    Upstream,
}
