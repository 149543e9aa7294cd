using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Protocols.Http1;

namespace Hawser.Doctor.Explain;

/// <summary>
/// The directives of the rewrite module, walked over an imagined request. The gateway runs the same steps compiled
/// (docs/decisions/0045-one-search-for-gateway-and-doctor.md); what is peculiar about them is said there.
/// </summary>
internal sealed class RewriteWalk(ImaginedRequest request)
{
    // Until the first rewrite matches, captures in the values of set and if are escaped.
    private bool _escapesCaptures = true;
    private bool _pathChanged;
    private WalkOutcome _result = WalkOutcome.Continue;

    public static WalkOutcome Run(ImaginedRequest request, ImmutableArray<RewriteStep> steps)
    {
        var walk = new RewriteWalk(request);
        walk.RunAll(steps);
        return walk._result.Kind != WalkKind.Continue ? walk._result : walk._pathChanged ? WalkOutcome.FindLocation : WalkOutcome.Continue;
    }

    private bool RunAll(ImmutableArray<RewriteStep> steps)
    {
        foreach (RewriteStep step in steps)
        {
            if (!Run(step)) return false;
        }
        return true;
    }

    private bool Run(RewriteStep step)
    {
        switch (step)
        {
            case SetStep set:
                string value = Value(set.Value, _escapesCaptures);
                request.SetVariable(set.Variable, value);
                request.Note("set", step.Span, ("variable", set.Variable), ("value", value));
                return true;
            case BreakStep:
                if (_pathChanged) request.IsPathOfLocation = _pathChanged = false;
                request.Note("break", step.Span);
                return false;
            case ReturnStep answer:
                _result = Return(answer);
                return false;
            case IfStep condition:
                return RunIf(condition);
            case RewriteRegexStep rewrite:
                return Rewrite(rewrite);
            default:
                throw new NotSupportedException($"A {step.GetType().Name} is no directive of the rewrite module.");
        }
    }

    private WalkOutcome Return(ReturnStep step)
    {
        string text = step.Text is null ? "" : request.Evaluate(step.Text);
        request.Note("return", step.Span, ("status", step.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("text", text));
        bool hasBody = step.Status < 400 || (step.Text is { } template && !(template.IsConstant && template.ConstantValue.Length == 0));
        if (!hasBody) return WalkOutcome.OfStatus(step.Status);
        if (step.Status is 301 or 302 or 303 or 307 or 308) return WalkOutcome.OfStatus(step.Status) with { RedirectTarget = text };
        return WalkOutcome.Answered(step.Status);
    }

    private bool RunIf(IfStep step)
    {
        int unknown = request.Unknown.Count;
        bool holds = Holds(step.Condition);
        bool isOpen = request.Unknown.Count > unknown;
        request.Note(isOpen ? "if.unknown" : holds ? "if.holds" : "if.fails", step.Span);
        if (isOpen || !holds) return true;
        if (step.Scope.Kind == ScopeKind.LocationIf) request.Scope = step.Scope;
        return RunAll(step.Scope.Rewrite);
    }

    private bool Holds(IfCondition condition) => condition switch
    {
        TruthCondition truth => request.Variable(truth.Variable) is not ("" or "0"),
        EqualityCondition equality => request.Variable(equality.Variable) == Value(equality.Value, _escapesCaptures) != equality.Negated,
        MatchCondition match => Matches(match.Pattern, request.Variable(match.Variable)) != match.Negated,
        FileCondition file => FileHolds(file),
        _ => false,
    };

    private bool FileHolds(FileCondition condition)
    {
        string path = Value(condition.Path, _escapesCaptures);
        bool isFile = File.Exists(path);
        bool isDirectory = Directory.Exists(path);
        bool passes = condition.Test switch
        {
            FileTest.IsFile => isFile,
            FileTest.IsDirectory => isDirectory,
            FileTest.Exists => isFile || isDirectory,
            _ => isDirectory || (isFile && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0),
        };
        return passes != condition.Negated;
    }

    private bool Matches(RegexPattern pattern, string subject)
    {
        bool matches = request.TryMatch(pattern, subject);
        if (!matches) request.ClearCaptures();
        return matches;
    }

    private bool Rewrite(RewriteRegexStep step)
    {
        if (!Matches(step.Pattern, request.Uri))
        {
            request.Note("rewrite.not", step.Span, ("path", request.Uri));
            return true;
        }
        request.IsInternal = true;
        request.IsTargetUntouched = false;
        _escapesCaptures = false;
        if (step.RedirectStatus != 0)
        {
            _result = WalkOutcome.OfStatus(step.RedirectStatus) with { RedirectTarget = RedirectTarget(step) };
            request.Note("rewrite.redirect", step.Span, ("target", _result.RedirectTarget!));
            return false;
        }
        bool breaks = step.Flag == RewriteFlag.Break;
        if (breaks) request.IsPathOfLocation = false;
        _pathChanged = !breaks;
        string before = request.Uri;
        string path = PathAndQuery(step.Replacement, out string? query);
        if (query is not null) request.Args = step.AppendsArguments ? Join(query, '&', request.Args) : query;
        else if (!step.AppendsArguments) request.Args = "";
        request.Uri = path;
        request.Note("rewrite", step.Span, ("before", before), ("path", path), ("args", request.Args));
        if (path.Length > 0) return !step.IsLast;
        _result = WalkOutcome.OfStatus(500);
        return false;
    }

    private string RedirectTarget(RewriteRegexStep step)
    {
        byte[] target = Encoding.Latin1.GetBytes(Value(step.Replacement, escapesCaptures: true));
        byte[] decoded = new byte[target.Length];
        string text = Encoding.Latin1.GetString(decoded, 0, RedirectEscaping.Unescape(target, decoded));
        return step.AppendsArguments ? Join(text, step.Replacement.Source.Contains('?') ? '&' : '?', request.Args) : text;
    }

    private static string Join(string text, char separator, string args) => args.Length == 0 ? text : text + separator + args;

    private string Value(Template template, bool escapesCaptures)
    {
        var value = new StringBuilder();
        foreach (TemplatePart part in template.Parts) value.Append(Escaped(part, escapesCaptures));
        return value.ToString();
    }

    // Captures in the query are always escaped, those in the path never.
    private string PathAndQuery(Template template, out string? query)
    {
        var path = new StringBuilder();
        StringBuilder? behind = null;
        foreach (TemplatePart part in template.Parts)
        {
            if (part is ArgumentsPart) behind = new StringBuilder();
            else (behind ?? path).Append(Escaped(part, behind is not null));
        }
        query = behind?.ToString();
        return path.ToString();
    }

    private string Escaped(TemplatePart part, bool escapes)
    {
        string value = request.ValueOf(part);
        return escapes && part is CapturePart && request.IsEscapable ? ByteEscaping.Escape(value, UriEscape.Args) : value;
    }
}

/// <summary>Escaping of byte strings.</summary>
internal static class ByteEscaping
{
    public static string Escape(string text, UriEscape place)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        byte[] escaped = new byte[UriEscaping.EscapedLength(bytes, place)];
        return Encoding.Latin1.GetString(escaped, 0, UriEscaping.Escape(bytes, place, escaped));
    }
}
