using Hawser.Configuration.Diagnostics;

namespace Hawser.Doctor.Rules;

/// <summary>What a diagnostic of the configuration's reader is about. Its words are nginx's, which tools may rely on.</summary>
internal static class DiagnosticKinds
{
    public static bool IsMissingSemicolon(this Diagnostic diagnostic) => diagnostic.Hint?.Contains("is a \";\" missing", StringComparison.Ordinal) == true;

    public static bool IsUnknownDirective(this Diagnostic diagnostic) => diagnostic.Message.StartsWith("unknown directive", StringComparison.Ordinal);

    public static bool IsWrongContext(this Diagnostic diagnostic) => diagnostic.Message.EndsWith("directive is not allowed here", StringComparison.Ordinal);

    public static bool IsUnbalanced(this Diagnostic diagnostic) => !diagnostic.IsMissingSemicolon()
        && (diagnostic.Message.StartsWith("unexpected ", StringComparison.Ordinal) || diagnostic.Message.StartsWith("too long parameter", StringComparison.Ordinal)
            || diagnostic.Message.Contains("has no opening", StringComparison.Ordinal) || diagnostic.Message.Contains("is not terminated by", StringComparison.Ordinal));

    public static bool IsUnknownVariable(this Diagnostic diagnostic) =>
        diagnostic.Message.StartsWith("unknown \"", StringComparison.Ordinal) && diagnostic.Message.EndsWith("variable", StringComparison.Ordinal);

    /// <summary>nginx refuses the words of a directive. What only Hawser refuses is none of the doctor's business.</summary>
    public static bool IsWrongArguments(this Diagnostic diagnostic)
    {
        if (diagnostic.Severity != Severity.Emergency || diagnostic.Span is null || diagnostic.IsMissingSemicolon()) return false;
        string message = diagnostic.Message;
        return message.StartsWith("invalid number of arguments", StringComparison.Ordinal) || message.Contains("directive invalid value", StringComparison.Ordinal)
            || message.Contains("directive is duplicate", StringComparison.Ordinal) || message.StartsWith("duplicate ", StringComparison.Ordinal)
            || message.StartsWith("invalid URL prefix", StringComparison.Ordinal) || message.StartsWith("invalid port in", StringComparison.Ordinal)
            || message.StartsWith("no port in", StringComparison.Ordinal) || message.Contains("cannot have URI part", StringComparison.Ordinal)
            || message.StartsWith("invalid location modifier", StringComparison.Ordinal) || message.StartsWith("invalid variable name", StringComparison.Ordinal)
            || message.StartsWith("invalid return code", StringComparison.Ordinal) || message.Contains("cannot be inside", StringComparison.Ordinal)
            || message.Contains("is outside location", StringComparison.Ordinal) || message.StartsWith("no servers are inside upstream", StringComparison.Ordinal)
            || message.StartsWith("conflicting parameter", StringComparison.Ordinal);
    }
}
