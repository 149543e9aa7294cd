using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>What nginx checks once all of <c>http</c> is read, in nginx's order.</summary>
internal static class HttpChecks
{
    public static void Run(BindContext context, HttpConfig http)
    {
        // A size that was refused counts as its default here, and would give rise to false complaints.
        bool areSizesKnown = !context.Session.Diagnostics.HasErrors;
        if (areSizesKnown)
            CheckHeads(context, http);
        foreach (UpstreamConfig upstream in http.Upstreams)
            CheckUpstream(context, upstream);
        if (areSizesKnown)
            CheckProxy(context, http);
        CharsetChecks.Run(context, http);
        WebSocketChecks.Run(context, http);
        foreach (ServerConfig server in http.Servers)
            CheckDuplicates(context, server.Locations);
        context.Session.Zones.Check(context);
        CheckVariables(context);
        foreach (ListenerConfig listener in http.Listeners)
            CheckNames(context, listener);
    }

    private static void CheckHeads(BindContext context, HttpConfig http)
    {
        foreach (ServerConfig server in http.Servers)
        {
            Setting<BufferSpec> buffers = server.Find(Known.LargeClientHeaderBuffers);
            Setting<long> pool = server.Find(Known.ConnectionPoolSize);
            if (buffers.Value.Size >= pool.Value)
                continue;
            context.ReportAtEnd(
                buffers.Span ?? pool.Span ?? context.Node.Span,
                "the \"large_client_header_buffers\" size must be equal to or greater than \"connection_pool_size\"");
            return;
        }
    }

    private static void CheckUpstream(BindContext context, UpstreamConfig upstream)
    {
        bool hasPrimary = false;
        bool resolves = false;
        foreach (UpstreamServerConfig server in upstream.Servers)
        {
            hasPrimary |= !server.IsBackup;
            resolves |= server.Resolve;
        }
        SourceSpan span = upstream.Span!.Value;
        string name = $"upstream \"{upstream.Name}\"";
        if (!hasPrimary && !upstream.Servers.IsEmpty)
            Report(context, span, $"no servers in {name}", new ReportedPlace(span.File, LineOf(span)));
        if (!resolves)
            return;
        if (upstream.Get(Known.UpstreamZone) is null)
        {
            // nginx puts the place in the middle of this one.
            Report(context, span, $"resolving names at run time requires {name} in {span.File.Path}:{LineOf(span)} to be in shared memory", null, "add \"zone NAME 64k;\"");
        }
        else if (upstream.Get(Known.UpstreamResolver) is null && upstream.Parent!.Get(Known.Resolver) is null)
        {
            Report(context, span, $"no resolver defined to resolve names at run time in {name}", new ReportedPlace(span.File, LineOf(span)));
        }
    }

    private static void CheckProxy(BindContext context, ConfigScope scope)
    {
        if (ProxyBufferCheck.Sets(scope) && ProxyBufferCheck.Find(scope) is { } problem)
        {
            context.ReportAtEnd(problem.Span ?? scope.Span!.Value, problem.Message, problem.Hint);
            // The blocks inside inherit the problem.
            return;
        }
        switch (scope)
        {
            case HttpConfig http:
                foreach (ServerConfig server in http.Servers)
                    CheckProxy(context, server);
                break;
            case ServerConfig server:
                foreach (LocationConfig location in server.Locations)
                    CheckProxy(context, location);
                break;
            case LocationConfig location:
                foreach (LocationConfig nested in location.Locations)
                    CheckProxy(context, nested);
                break;
        }
    }

    /// <summary>Two locations of one level with the same path and both exact, or both not. Expressions and names are not compared.</summary>
    private static void CheckDuplicates(BindContext context, IReadOnlyList<LocationConfig> locations)
    {
        var exact = new HashSet<string>();
        var others = new HashSet<string>();
        foreach (LocationConfig location in locations)
        {
            CheckDuplicates(context, location.Locations);
            bool comparesPath = location.MatchKind is LocationMatchKind.Prefix or LocationMatchKind.PrefixNoRegex or LocationMatchKind.Exact;
            HashSet<string> seen = location.MatchKind == LocationMatchKind.Exact ? exact : others;
            if (!comparesPath || seen.Add(location.Pattern))
                continue;
            SourceSpan span = location.Span!.Value;
            Report(context, span, $"duplicate location \"{location.Pattern}\"", new ReportedPlace(span.File, LineOf(span)));
        }
    }

    private static void CheckVariables(BindContext context)
    {
        VariableRegistry variables = context.Session.Variables;
        foreach ((string name, SourceSpan span) in variables.Used)
        {
            if (!variables.IsKnown(name))
                Report(context, Narrow(span, name), $"unknown \"{name}\" variable", null, HintFor(variables, name));
        }
    }

    /// <summary>The variable itself within the word that uses it.</summary>
    private static SourceSpan Narrow(SourceSpan word, string name)
    {
        foreach (string form in (ReadOnlySpan<string>)["$" + name, "${" + name + "}"])
        {
            int at = word.Text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
                return word with { Start = word.Start + at, Length = form.Length };
        }
        return word;
    }

    private static string? HintFor(VariableRegistry variables, string name)
    {
        if (UnsupportedVariables.FindModule(name) is { } module)
            return $"it is a variable of nginx's {module}, which is not supported yet";
        return Spelling.Suggest(name, variables.Candidates()) is { } near ? $"did you mean \"${near}\"?" : null;
    }

    private static void CheckNames(BindContext context, ListenerConfig listener)
    {
        if (listener.Servers.Length < 2)
            return;
        var names = new NameTable();
        string address = listener.Listen.DisplayAddress;
        foreach (ServerConfig server in listener.Servers)
        {
            foreach (ServerNameConfig name in server.Names)
            {
                if (name.Kind == ServerNameKind.Regex)
                    continue;
                SourceSpan? span = name.Span ?? server.Span;
                if (NameTable.Classify(name.Text) is not { } shape)
                    Report(context, span, $"invalid server name or wildcard \"{name.Text}\" on {address}", null);
                else if (!names.TryAdd(name.Text, shape))
                    Warn(context, span, $"conflicting server name \"{name.Text}\" on {address}, ignored", "an earlier server of this address has the name");
            }
        }
    }

    private static int LineOf(SourceSpan opening) => opening.File.GetLine(opening.End - 1);

    private static void Report(BindContext context, SourceSpan? span, string message, ReportedPlace? place, string? hint = null) =>
        context.Session.Diagnostics.Add(new Diagnostic(Severity.Emergency, message, span, hint) { Place = place, Ordinal = context.Node.EndOrdinal });

    private static void Warn(BindContext context, SourceSpan? span, string message, string hint) =>
        context.Session.Diagnostics.Add(new Diagnostic(Severity.Warning, message, span, hint) { Ordinal = context.Node.EndOrdinal });
}
