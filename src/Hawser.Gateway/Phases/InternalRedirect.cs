using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>Carries an exchange on that starts over with another path, in a named location, or after <c>rewrite … last</c>.</summary>
public static class InternalRedirect
{
    /// <summary>How often a request may be sent elsewhere inside the server.</summary>
    public const int MaxChanges = 10;

    /// <summary>
    /// Carries out an outcome of kind Redirect, NamedLocation or FindLocation. Continue: go on where that kind starts, which is the
    /// server's rewrites for Redirect, the location's rewrites for NamedLocation, and the search of a location for FindLocation.
    /// Otherwise Status(500): a cycle.
    /// </summary>
    public static Outcome Enter(HttpExchange exchange, Outcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Redirect => EnterPath(exchange, outcome.Uri, outcome.Args),
        OutcomeKind.NamedLocation => EnterNamed(exchange, outcome.Location!),
        OutcomeKind.FindLocation => FindAgain(exchange),
        _ => throw new ArgumentException($"An outcome of kind {outcome.Kind} leads nowhere.", nameof(outcome)),
    };

    /// <summary>The outcome that leads to <c>@name</c>; Status(500), logged, when the server has no such location.</summary>
    public static Outcome ToNamed(HttpExchange exchange, ByteSlice name)
    {
        if (exchange.Server.Locations.FindNamed(name) is { } location) return Outcome.NamedLocation(location);
        // The attempt counts, or a missing location as the error page of its own error would be looked for again and again.
        if (IsLastChange(exchange)) return Cycle(exchange, "redirect to named location", name);
        exchange.LogError(LogLevel.Error, $"could not find named location \"{name}\"");
        return Outcome.Status(500);
    }

    /// <summary>Where an upstream's <c>X-Accel-Redirect</c> leads: a named location, or a path with its query.</summary>
    public static Outcome ToAccelTarget(HttpExchange exchange, ByteSlice target)
    {
        if (target.Length > 0 && target[0] == '@') return ToNamed(exchange, target);
        UriParts.Split(target, out ByteSlice path, out ByteSlice args);
        Span<byte> room = exchange.Arena.Allocate(path.Length, out ByteSlice decoded);
        decoded = decoded.Slice(0, UriEscaping.Unescape(path.Span, room));
        if (decoded.Length > 0 && decoded[0] == '/' && !UnsafePath.ClimbsUp(decoded.Span)) return Outcome.Redirect(decoded, args);
        exchange.LogError(LogLevel.Error, $"unsafe URI \"{target}\" was detected");
        return Outcome.Status(404);
    }

    private static Outcome EnterPath(HttpExchange exchange, ByteSlice path, ByteSlice args)
    {
        if (IsLastChange(exchange)) return Cycle(exchange, "internally redirecting to", path);
        exchange.Uri = path;
        exchange.Args = args;
        LocationEntry.Enter(exchange, exchange.Server.Defaults);
        exchange.IsInternal = true;
        exchange.IsPathOfLocation = true;
        exchange.IsTargetUntouched = false;
        exchange.AddsPathToAlias = false;
        return Outcome.Continue;
    }

    private static Outcome EnterNamed(HttpExchange exchange, LocationModel location)
    {
        if (IsLastChange(exchange)) return Cycle(exchange, "redirect to named location", ByteSlice.FromLatin1(location.Name));
        if (exchange.Uri.IsEmpty)
        {
            exchange.LogError(LogLevel.Error, $"empty URI in redirect to named location \"{location.Name}\"");
            return Outcome.Status(500);
        }
        exchange.IsInternal = true;
        LocationEntry.Enter(exchange, location);
        return Outcome.Continue;
    }

    private static Outcome FindAgain(HttpExchange exchange)
    {
        if (IsLastChange(exchange)) return Cycle(exchange, "processing", exchange.Uri);
        exchange.Location = exchange.Server.Defaults;
        return Outcome.Continue;
    }

    private static bool IsLastChange(HttpExchange exchange) => --exchange.UriChangesLeft == 0;

    private static Outcome Cycle(HttpExchange exchange, string doing, ByteSlice where)
    {
        exchange.LogError(LogLevel.Error, $"rewrite or internal redirection cycle while {doing} \"{where}\"");
        return Outcome.Status(500);
    }
}
