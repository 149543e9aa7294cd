using Hawser.Configuration.Model;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Phases;

/// <summary>The condition of an <c>if</c>, compiled.</summary>
internal abstract class IfConditionModel
{
    public abstract bool Holds(ref RewriteRun run);
}

/// <summary><c>($variable)</c></summary>
internal sealed class TruthConditionModel(VariableModel variable) : IfConditionModel
{
    public override bool Holds(ref RewriteRun run) => run.Exchange.GetVariable(variable).Value.Span is not ([] or [(byte)'0']);
}

/// <summary><c>($variable = value)</c>, <c>!=</c></summary>
internal sealed class EqualityConditionModel(VariableModel variable, RewriteValue value, bool negated) : IfConditionModel
{
    public override bool Holds(ref RewriteRun run)
    {
        ByteSlice left = run.Exchange.GetVariable(variable).Value;
        return left == value.Evaluate(run.Exchange, run.EscapesCaptures) != negated;
    }
}

/// <summary><c>($variable ~ pattern)</c>, <c>~*</c>, <c>!~</c>, <c>!~*</c></summary>
internal sealed class MatchConditionModel(VariableModel variable, RegexModel regex, ByteSlice pattern, bool negated) : IfConditionModel
{
    public override bool Holds(ref RewriteRun run)
    {
        ByteSlice subject = run.Exchange.GetVariable(variable).Value;
        return RewriteRegex.Matches(ref run, regex, pattern, subject) != negated;
    }
}

/// <summary><c>(-f path)</c>, <c>-d</c>, <c>-e</c>, <c>-x</c> and their negations</summary>
internal sealed class FileConditionModel(FileTest test, RewriteValue path, bool negated) : IfConditionModel
{
    public override bool Holds(ref RewriteRun run)
    {
        ByteSlice file = path.Evaluate(run.Exchange, run.EscapesCaptures);
        int error = FileStatus.Read(file.Span, out FileStatus status);
        if (error is not (0 or Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG))
        {
            run.Exchange.LogError(LogLevel.Crit, $"stat() \"{file}\" failed ({Errno.Describe(error)})");
        }
        return (error == 0 && Passes(in status)) != negated;
    }

    // Devices and sockets do not count as existing, as in nginx.
    private bool Passes(in FileStatus status) => test switch
    {
        FileTest.IsFile => status.IsFile,
        FileTest.IsDirectory => status.IsDirectory,
        FileTest.Exists => status.IsFile || status.IsDirectory,
        _ => status.IsExecutable,
    };
}
