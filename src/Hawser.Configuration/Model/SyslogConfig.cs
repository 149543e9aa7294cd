namespace Hawser.Configuration.Model;

/// <summary><c>syslog:server=…</c>, where a log goes to (RFC 3164).</summary>
/// <param name="Server">The address, port 514 if none is given; or a Unix socket.</param>
/// <param name="Facility">0 to 23; <c>local7</c> (23) by default.</param>
/// <param name="Severity">0 to 7, for access logs; <c>info</c> (6) by default. Messages of an error log have their own.</param>
/// <param name="Tag">What stands before the message; <c>nginx</c> by default.</param>
/// <param name="OmitsHostName"><c>nohostname</c></param>
public sealed record SyslogConfig(EndpointAddress Server, int Facility, int Severity, string Tag, bool OmitsHostName);
