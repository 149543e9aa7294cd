namespace Hawser.CommandLine;

/// <summary>Names and versions the command line shows.</summary>
public static class Product
{
    /// <summary>Name and version of this program, as in the <c>Server</c> header.</summary>
    public const string NameAndVersion = "hawser/0.1.0";

    /// <summary>The version of nginx whose configuration language and behaviour this program follows.</summary>
    public const string NginxVersion = "1.31.5";

    /// <summary>Where relative paths of logs and of <c>root</c> start when <c>-p</c> is not given (nginx.org's packages).</summary>
    public const string DefaultPrefix = "/etc/nginx/";

    /// <summary>The configuration file when <c>-c</c> is not given.</summary>
    public const string DefaultConfigurationFile = "nginx.conf";
}
