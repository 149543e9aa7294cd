using System.Collections.Immutable;
using System.Globalization;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Configuration.Syntax;
using Hawser.Protocols.Http1;

namespace Hawser.Doctor.Explain;

/// <summary>Steps 4 to 6 of a request's path, and where the answer comes from.</summary>
internal sealed class RequestWalk(ImaginedRequest request, SearchBook searches, DoctorTarget target)
{
    private enum Phase
    {
        ServerRewrite,
        FindLocation,
        LocationRewrite,
        Access,
        Content,
    }

    // 301 and the like keep their status when an error page is a URL.
    private static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    public Explanation Run()
    {
        if (request.IsBadRequest)
        {
            request.Note("refused", null);
            return Finish(WalkOutcome.Answered(400));
        }
        WalkOutcome outcome = WalkOutcome.Continue;
        Phase phase = Phase.ServerRewrite;
        while (true)
        {
            switch (outcome.Kind)
            {
                case WalkKind.Status:
                    outcome = AnswerStatus(outcome);
                    continue;
                case WalkKind.Redirect:
                    outcome = EnterPath(outcome);
                    phase = Phase.ServerRewrite;
                    continue;
                case WalkKind.Named:
                    outcome = EnterNamed(outcome.Location!);
                    phase = Phase.LocationRewrite;
                    continue;
                case WalkKind.FindLocation:
                    outcome = --request.ChangesLeft == 0 ? Cycle() : WalkOutcome.Continue;
                    request.Scope = request.Server;
                    phase = Phase.FindLocation;
                    continue;
                case not WalkKind.Continue:
                    return Finish(outcome);
            }
            switch (phase)
            {
                case Phase.ServerRewrite: // 4 rewrite of the server …
                    outcome = RewriteWalk.Run(request, request.Server.Rewrite);
                    if (outcome.Kind == WalkKind.FindLocation) outcome = WalkOutcome.Continue;
                    phase = Phase.FindLocation;
                    break;
                case Phase.FindLocation: // … find location …
                    outcome = FindLocation();
                    phase = Phase.LocationRewrite;
                    break;
                case Phase.LocationRewrite: // … and rewrite of the location
                    if (request.Scope is LocationConfig location) outcome = RewriteWalk.Run(request, location.Rewrite);
                    phase = Phase.Access;
                    break;
                case Phase.Access: // 5 limits and access
                    outcome = CheckAccess();
                    phase = Phase.Content;
                    break;
                case Phase.Content: // 6 content
                    outcome = new ContentWalk(request, searches).Run();
                    break;
            }
        }
    }

    private WalkOutcome FindLocation()
    {
        var steps = new List<LocationStep<LocationConfig>>();
        LocationMatch<LocationConfig> match = searches.Find(request, steps);
        foreach (LocationStep<LocationConfig> step in steps)
        {
            request.Note("location." + step.Kind, step.Location.Span, ("location", Describe(step.Location)), ("path", request.Uri));
        }
        if (match.Location is null) request.Note("location.none", request.Server.Span, ("path", request.Uri));
        else request.Note("location.won", match.Location.Span, ("location", Describe(match.Location)), ("path", request.Uri));
        Enter((ConfigScope?)match.Location ?? request.Server);
        if (match.Location is { } found && found.Get(Known.Internal) && !request.IsInternal) return WalkOutcome.OfStatus(404);
        return match.AutoRedirect ? RedirectWithSlash(match.Location!) : WalkOutcome.Continue;
    }

    private WalkOutcome RedirectWithSlash(LocationConfig location)
    {
        string path = ByteEscaping.Escape(location.Pattern, UriEscape.Uri);
        string to = request.Args.Length == 0 ? path : $"{path}?{request.Args}";
        return WalkOutcome.OfStatus(301) with { RedirectTarget = to };
    }

    private void Enter(ConfigScope scope)
    {
        if (scope is LocationConfig { LimitExcept: { } limit } && !limit.AllowedMethods.Contains(request.Method)) scope = limit;
        request.Scope = scope;
    }

    private WalkOutcome CheckAccess()
    {
        ImmutableArray<AccessRule> rules = request.Scope.Get(Known.Allow);
        if (rules.IsEmpty) return WalkOutcome.Continue;
        if (request.Request.ClientAddress is not { } client)
        {
            // Everybody alike needs no address.
            if (rules[0] is { Peer: AccessPeer.All } first) return first.Allow ? WalkOutcome.Continue : Deny(first);
            request.Note("access.open", rules[0].Span);
            return WalkOutcome.Continue;
        }
        foreach (AccessRule rule in rules)
        {
            bool concerns = rule.Peer == AccessPeer.All
                || (rule.Peer == AccessPeer.Network && System.Net.IPAddress.TryParse(client, out System.Net.IPAddress? address) && rule.Network.Contains(address));
            if (concerns) return rule.Allow ? WalkOutcome.Continue : Deny(rule);
        }
        return WalkOutcome.Continue;
    }

    private WalkOutcome Deny(AccessRule rule)
    {
        request.Note("access.denied", rule.Span);
        return WalkOutcome.OfStatus(403);
    }

    private WalkOutcome AnswerStatus(WalkOutcome outcome)
    {
        int status = outcome.Status;
        if (status is 408 or 444 or 499) return outcome with { Kind = WalkKind.Answered };
        if (!request.IsErrorPage && request.ChangesLeft != 0 && request.Scope.Get(Known.ErrorPage) is { IsEmpty: false } pages)
        {
            request.IsErrorPage = !request.Scope.Get(Known.RecursiveErrorPages);
            foreach (ErrorPageConfig page in pages)
            {
                if (page.Status == status) return Apply(page, status);
            }
        }
        request.ErrorStatus = status is >= 494 and <= 497 ? 400 : status;
        return outcome with { Kind = WalkKind.Answered, Status = request.ErrorStatus };
    }

    private WalkOutcome Apply(ErrorPageConfig page, int status)
    {
        request.ErrorStatus = page.Overwrite >= 0 ? page.Overwrite : status;
        string to = request.Evaluate(page.Target);
        request.Note("error_page", page.Span, ("status", status.ToString(CultureInfo.InvariantCulture)), ("target", to));
        if (to.StartsWith('/'))
        {
            string args = page.Arguments;
            if (!page.Target.IsConstant) (to, args) = ContentWalk.Split(to);
            if (request.Method != "HEAD") request.Method = "GET";
            return WalkOutcome.Redirect(to, args);
        }
        if (to.StartsWith('@')) return ContentWalk.ToNamed(request, searches, to);
        int answer = IsRedirect(page.Overwrite) ? page.Overwrite : 302;
        return WalkOutcome.Answered(answer) with { RedirectTarget = to };
    }

    private WalkOutcome EnterPath(WalkOutcome outcome)
    {
        if (--request.ChangesLeft == 0) return Cycle();
        request.Uri = outcome.Path;
        request.Args = outcome.Args;
        Enter(request.Server);
        request.IsInternal = true;
        request.IsPathOfLocation = true;
        request.IsTargetUntouched = false;
        request.Note("internal", null, ("path", outcome.Path), ("args", outcome.Args));
        return WalkOutcome.Continue;
    }

    private WalkOutcome EnterNamed(LocationConfig location)
    {
        if (--request.ChangesLeft == 0) return Cycle();
        request.IsInternal = true;
        Enter(location);
        request.Note("named", location.Span, ("location", location.Pattern));
        return WalkOutcome.Continue;
    }

    private WalkOutcome Cycle()
    {
        request.Note("cycle", null, ("path", request.Uri));
        return WalkOutcome.OfStatus(500);
    }

    private Explanation Finish(WalkOutcome outcome)
    {
        UpstreamRequest? upstream = outcome.Kind == WalkKind.Proxied ? new UpstreamHead(request, target).Build() : null;
        string? redirect = outcome.RedirectTarget is { } to ? new RedirectUrl(request).Complete(to) : null;
        ExplainVerdict verdict = outcome.Kind switch
        {
            WalkKind.Proxied when upstream is null => ExplainVerdict.Unknown,
            WalkKind.Proxied when UpstreamHead.IsHandshake(upstream) => ExplainVerdict.Handshake,
            WalkKind.Proxied => request.Request.IsWebSocket ? ExplainVerdict.HandshakeLost : ExplainVerdict.Proxied,
            WalkKind.File => ExplainVerdict.File,
            WalkKind.Unknown => ExplainVerdict.Unknown,
            _ => ExplainVerdict.Answered,
        };
        return new Explanation
        {
            Steps = request.Steps,
            Verdict = verdict,
            Server = request.Server,
            Location = request.Scope as LocationConfig,
            Upstream = upstream,
            Status = StatusOf(outcome),
            RedirectTarget = redirect,
            UnknownVariables = request.Unknown,
        };
    }

    // What an error page answers keeps the status of the error, unless error_page says otherwise.
    private int StatusOf(WalkOutcome outcome) => outcome.Kind switch
    {
        WalkKind.Answered when outcome.RedirectTarget is null && request.IsErrorPage && request.ErrorStatus != 0 && outcome.Status < 300 => request.ErrorStatus,
        WalkKind.Answered => outcome.Status,
        WalkKind.File => request.ErrorStatus != 0 ? request.ErrorStatus : 200,
        _ => 0,
    };

    /// <summary>A location as written.</summary>
    public static string Describe(LocationConfig location) => ByteText.ToDisplay(location.MatchKind switch
    {
        LocationMatchKind.Exact => $"location = {location.Pattern}",
        LocationMatchKind.PrefixNoRegex => $"location ^~ {location.Pattern}",
        LocationMatchKind.Regex => $"location ~ {location.Pattern}",
        LocationMatchKind.RegexIgnoreCase => $"location ~* {location.Pattern}",
        _ => $"location {location.Pattern}",
    });
}
