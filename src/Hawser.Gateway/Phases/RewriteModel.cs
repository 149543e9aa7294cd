using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary>
/// The directives of the rewrite module of a server or location: <c>set</c>, <c>if</c>, <c>return</c>, <c>rewrite</c>, <c>break</c>.
/// </summary>
public sealed class RewriteModel
{
    private readonly RewriteInstruction[] _instructions;
    private readonly bool _logs;

    private RewriteModel(RewriteInstruction[] instructions, bool logs)
    {
        _instructions = instructions;
        _logs = logs;
    }

    /// <summary>A block without such directives.</summary>
    public static RewriteModel None { get; } = new([], logs: false);

    public bool IsEmpty => _instructions.Length == 0;

    /// <param name="steps">The directives of a block in the order of the file.</param>
    /// <param name="scope">The block.</param>
    /// <param name="compileIf">Compiles the settings of an <c>if</c>; null in a server, where <c>if</c> has none.</param>
    public static RewriteModel From(
        ImmutableArray<RewriteStep> steps, ConfigScope scope, ModelBuilder builder, Func<LocationConfig, LocationModel>? compileIf)
    {
        if (steps.IsEmpty) return None;
        return new RewriteModel(RewriteCompiler.Compile(steps, builder, compileIf), scope.Get(Known.RewriteLog));
    }

    /// <summary>Runs the directives.</summary>
    /// <returns>
    /// Continue; FindLocation: the path has changed and a location must be found for it (which follows a server's directives anyway);
    /// Status: answer with it; Finished: <c>return</c> has answered.
    /// </returns>
    public Outcome Execute(HttpExchange exchange)
    {
        if (_instructions.Length == 0) return Outcome.Continue;
        var run = new RewriteRun(exchange, _logs);
        Execute(_instructions, ref run);
        if (run.Result.Kind != OutcomeKind.Continue) return run.Result;
        return run.PathChanged ? Outcome.FindLocation : Outcome.Continue;
    }

    /// <summary>Runs one after the other; false when one of them says that no other may follow.</summary>
    internal static bool Execute(RewriteInstruction[] instructions, ref RewriteRun run)
    {
        foreach (RewriteInstruction instruction in instructions)
        {
            if (!instruction.Execute(ref run)) return false;
        }
        return true;
    }
}

/// <summary>What directives of one block hand on to those after them.</summary>
internal struct RewriteRun(HttpExchange exchange, bool logs)
{
    public readonly HttpExchange Exchange = exchange;

    /// <summary><c>rewrite_log</c></summary>
    public readonly bool Logs = logs;

    /// <summary>
    /// Captures in the values of <c>set</c> and <c>if</c> are escaped, until the first <c>rewrite</c> matches. That is how nginx's engine
    /// starts, and configurations see it: <c>location ~ ^/(.*) { set $x $1; }</c> and a request for /a%2Bb give a%2Bb.
    /// </summary>
    public bool EscapesCaptures = true;

    public bool PathChanged = false;

    public Outcome Result = Outcome.Continue;
}

/// <summary>One directive of the rewrite module, compiled.</summary>
internal abstract class RewriteInstruction
{
    /// <summary>False: no directive of the block may follow.</summary>
    public abstract bool Execute(ref RewriteRun run);
}
