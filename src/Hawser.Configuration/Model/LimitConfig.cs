using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Model;

/// <summary><c>limit_conn_zone</c>, <c>limit_req_zone</c></summary>
/// <param name="Name">The zone's name.</param>
/// <param name="Key">What is counted; an empty value is not.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Rate">For <c>limit_req_zone</c>: thousandths of requests per second.</param>
/// <param name="Span">The directive.</param>
public sealed record LimitZoneConfig(string Name, Template Key, long Size, long Rate, SourceSpan Span);

internal interface ILimitConfig
{
    string Zone { get; }
}

/// <summary><c>limit_conn zone number</c></summary>
/// <param name="Zone">The name of a zone.</param>
/// <param name="Connections">How many requests may be under way, 1 to 65535.</param>
public sealed record LimitConnConfig(string Zone, int Connections) : ILimitConfig;

/// <summary><c>limit_req zone=name [burst=number] [nodelay | delay=number]</c></summary>
/// <param name="Zone">The name of a zone.</param>
/// <param name="Burst">How many requests beyond the rate may wait.</param>
/// <param name="Delay">How many of them need not; the greatest int for <c>nodelay</c>.</param>
public sealed record LimitReqConfig(string Zone, int Burst, int Delay) : ILimitConfig;
