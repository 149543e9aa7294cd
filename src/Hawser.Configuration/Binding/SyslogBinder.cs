using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>syslog:server=address[,facility=name][,severity=name][,tag=text][,nohostname]</c></summary>
internal static class SyslogBinder
{
    private const string Prefix = "syslog:";
    private const int DefaultPort = 514;
    private const int DefaultFacility = 23;
    private const int DefaultSeverity = 6;
    private const int LongestTag = 32;

    private static readonly string[] s_facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "intern", "lpr", "news", "uucp", "clock", "authpriv", "ftp", "ntp", "audit", "alert", "cron",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static readonly string[] s_severities = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

    public static bool IsSyslog(string target) => target.StartsWith(Prefix, StringComparison.Ordinal);

    public static SyslogConfig Read(BindContext context, Argument argument)
    {
        EndpointAddress? server = null;
        int? facility = null;
        int? severity = null;
        string? tag = null;
        bool omitsHostName = false;
        foreach (string parameter in argument.Value[Prefix.Length..].Split(','))
        {
            if (parameter.StartsWith("server=", StringComparison.Ordinal))
                server = Once(context, argument, server, "server", ReadServer(context, argument, parameter[7..]));
            else if (parameter.StartsWith("facility=", StringComparison.Ordinal))
                facility = Once(context, argument, facility, "facility", ReadName(context, argument, s_facilities, "facility", parameter[9..]));
            else if (parameter.StartsWith("severity=", StringComparison.Ordinal))
                severity = Once(context, argument, severity, "severity", ReadName(context, argument, s_severities, "severity", parameter[9..]));
            else if (parameter.StartsWith("tag=", StringComparison.Ordinal))
                tag = Once(context, argument, tag, "tag", ReadTag(context, argument, parameter[4..]));
            else if (parameter == "nohostname")
                omitsHostName = true;
            else
                throw context.Refuse(argument, $"unknown syslog parameter \"{parameter}\"", "the parameters are server, facility, severity, tag and nohostname");
        }
        if (server is null)
            throw context.Refuse(argument, "no syslog server specified", "write syslog:server=ADDRESS");
        return new SyslogConfig(server, facility ?? DefaultFacility, severity ?? DefaultSeverity, tag ?? "nginx", omitsHostName);
    }

    private static T Once<T>(BindContext context, Argument argument, object? earlier, string name, T value) =>
        earlier is null ? value : throw context.Refuse(argument, $"duplicate syslog \"{name}\"");

    private static EndpointAddress ReadServer(BindContext context, Argument argument, string text)
    {
        ParsedAddress? parsed = AddressParser.Parse(text, DefaultPort, forListen: false, allowUri: false, out string? error);
        return parsed?.Address ?? throw context.Refuse(argument, $"{error} in syslog server \"{text}\"");
    }

    private static int ReadName(BindContext context, Argument argument, string[] names, string what, string name)
    {
        int index = Array.IndexOf(names, name);
        return index >= 0 ? index : throw context.Refuse(argument, $"unknown syslog {what} \"{name}\"", BindContext.SuggestWord(name, names));
    }

    private static string ReadTag(BindContext context, Argument argument, string tag)
    {
        if (tag.Length > LongestTag)
            throw context.Refuse(argument, "syslog tag length exceeds 32");
        foreach (char c in tag)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                throw context.Refuse(argument, "syslog \"tag\" only allows alphanumeric characters and underscore");
        }
        return tag;
    }
}
