using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary><c>set $variable value</c></summary>
internal sealed class SetInstruction(VariableModel variable, RewriteValue value) : RewriteInstruction
{
    public override bool Execute(ref RewriteRun run)
    {
        run.Exchange.SetVariable(variable, value.Evaluate(run.Exchange, run.EscapesCaptures));
        return true;
    }
}

/// <summary><c>break</c></summary>
internal sealed class BreakInstruction : RewriteInstruction
{
    public static BreakInstruction Instance { get; } = new();

    public override bool Execute(ref RewriteRun run)
    {
        if (run.PathChanged)
        {
            run.Exchange.IsPathOfLocation = false;
            run.PathChanged = false;
        }
        return false;
    }
}

/// <summary><c>return code [text]</c>, <c>return code URL</c>, <c>return URL</c></summary>
internal sealed class ReturnInstruction : RewriteInstruction
{
    private readonly int _status;
    private readonly TemplateModel _text;
    private readonly bool _isRedirect;
    private readonly bool _hasBody;

    private ReturnInstruction(int status, TemplateModel text)
    {
        _status = status;
        _text = text;
        _isRedirect = status is 301 or 302 or 303 or 307 or 308;
        _hasBody = status < 400 || !text.IsAlwaysEmpty;
    }

    public static ReturnInstruction From(ReturnStep step, ModelBuilder builder) =>
        new(step.Status, step.Text is null ? TemplateModel.Empty : builder.Compile(step.Text));

    public override bool Execute(ref RewriteRun run)
    {
        run.Result = Answer(run.Exchange);
        return false;
    }

    private Outcome Answer(HttpExchange exchange)
    {
        if (!_hasBody) return Outcome.Status(_status);
        if (exchange.Body.DiscardReceived(exchange) is not 0 and var refused) return Outcome.Status(refused);
        ResponseHead head = exchange.Response.Head;
        head.Status = _status; // $status in the text means this one
        ByteSlice text = _text.Evaluate(exchange);
        if (_isRedirect)
        {
            RedirectLocation.Set(exchange, text);
            return Outcome.Status(_status);
        }
        head.ContentLength = text.Length;
        if (head.ContentType.IsEmpty) head.ContentType = exchange.Location.Files.Types.Find(exchange.Uri);
        int refusal = ResponseFilters.Prepare(exchange);
        if (refusal != 0) return Outcome.Status(refusal);
        exchange.Response.Start(text.Span, isLast: true);
        return Outcome.Finished;
    }
}

/// <summary><c>if (condition) { … }</c></summary>
/// <param name="location">The settings that take over when the condition holds; null in a server.</param>
/// <param name="inner">The directives inside.</param>
internal sealed class IfInstruction(IfConditionModel condition, LocationModel? location, RewriteInstruction[] inner) : RewriteInstruction
{
    public override bool Execute(ref RewriteRun run)
    {
        if (!condition.Holds(ref run)) return true;
        if (location is not null) LocationEntry.Enter(run.Exchange, location);
        return RewriteModel.Execute(inner, ref run);
    }
}
