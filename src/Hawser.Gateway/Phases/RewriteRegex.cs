using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary>Matching as the rewrite module does it.</summary>
internal static class RewriteRegex
{
    /// <summary>Matches and, with <c>rewrite_log</c>, says so. Without a match there are no captures any more.</summary>
    public static bool Matches(ref RewriteRun run, RegexModel regex, ByteSlice pattern, ByteSlice subject)
    {
        bool matches = regex.Matches(run.Exchange, subject.Span);
        if (!matches) run.Exchange.Captures.Clear();
        if (run.Logs) run.Exchange.LogError(LogLevel.Notice, $"\"{pattern}\" {(matches ? "matches" : "does not match")} \"{subject}\"");
        return matches;
    }
}

/// <summary><c>rewrite pattern replacement [flag]</c></summary>
internal sealed class RewriteRegexInstruction : RewriteInstruction
{
    private readonly RegexModel _regex;
    private readonly ByteSlice _pattern;
    private readonly RewriteValue _replacement;
    private readonly int _redirectStatus;
    private readonly bool _breaks;
    private readonly bool _isLast;
    private readonly bool _appendsArgs;

    private RewriteRegexInstruction(RewriteRegexStep step, RegexModel regex, RewriteValue replacement)
    {
        _regex = regex;
        _pattern = ByteSlice.FromLatin1(step.Pattern.Text);
        _replacement = replacement;
        _redirectStatus = step.RedirectStatus;
        _breaks = step.Flag == RewriteFlag.Break;
        _isLast = step.IsLast;
        _appendsArgs = step.AppendsArguments;
    }

    public static RewriteRegexInstruction From(RewriteRegexStep step, ModelBuilder builder) =>
        new(step, builder.Compile(step.Pattern), RewriteValue.From(step.Replacement, builder));

    public override bool Execute(ref RewriteRun run)
    {
        HttpExchange exchange = run.Exchange;
        if (!RewriteRegex.Matches(ref run, _regex, _pattern, exchange.Uri)) return true;
        exchange.IsInternal = true;
        exchange.IsTargetUntouched = false;
        run.EscapesCaptures = false;
        if (_redirectStatus != 0)
        {
            RedirectClient(ref run);
            return false;
        }
        if (_breaks) exchange.IsPathOfLocation = false;
        run.PathChanged = !_breaks;
        return ChangePath(ref run) && !_isLast;
    }

    private void RedirectClient(ref RewriteRun run)
    {
        HttpExchange exchange = run.Exchange;
        ByteSlice target = UriParts.UnescapeRedirect(exchange.Arena, _replacement.Evaluate(exchange, escapesCaptures: true));
        byte separator = _replacement.HasQuestionMark ? (byte)'&' : (byte)'?';
        if (_appendsArgs) target = UriParts.Append(exchange.Arena, target, separator, exchange.Args);
        if (run.Logs) exchange.LogError(LogLevel.Notice, $"rewritten redirect: \"{target}\"");
        RedirectLocation.Set(exchange, target);
        run.Result = Outcome.Status(_redirectStatus);
    }

    private bool ChangePath(ref RewriteRun run)
    {
        HttpExchange exchange = run.Exchange;
        if (_replacement.EvaluateUri(exchange, out ByteSlice path, out ByteSlice args))
        {
            exchange.Args = _appendsArgs ? UriParts.Append(exchange.Arena, args, (byte)'&', exchange.Args) : args;
        }
        else if (!_appendsArgs) exchange.Args = default;
        if (run.Logs) exchange.LogError(LogLevel.Notice, $"rewritten data: \"{path}\", args: \"{exchange.Args}\"");
        exchange.Uri = path;
        if (!path.IsEmpty) return true;
        exchange.LogError(LogLevel.Error, "the rewritten URI has a zero length");
        run.Result = Outcome.Status(500);
        return false;
    }
}
