using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;

namespace Hawser.Gateway.Variables;

/// <summary>A compiled pattern. Subjects are bytes, shown to the engine as Latin-1 text, so any byte can be matched.</summary>
public sealed class RegexModel(Regex regex, (int Group, VariableModel Variable)[] captures)
{
    private readonly bool _hasGroups = regex.GetGroupNumbers().Length > 1;

    /// <summary>
    /// Matches, and on success makes the groups the exchange's captures and sets the named ones. A pattern that runs into
    /// its time limit counts as no match and is logged: a bad pattern must not stop a loop.
    /// </summary>
    public bool Matches(HttpExchange exchange, ReadOnlySpan<byte> subject)
    {
        char[]? rented = null;
        Span<char> text = subject.Length <= 512 ? stackalloc char[subject.Length] : (rented = ArrayPool<char>.Shared.Rent(subject.Length)).AsSpan(0, subject.Length);
        Encoding.Latin1.GetChars(subject, text);
        try
        {
            if (!regex.IsMatch(text)) return false;
            if (_hasGroups) Capture(exchange, regex.Match(text.ToString()));
            else exchange.Captures.Clear();
            return true;
        }
        catch (RegexMatchTimeoutException e)
        {
            exchange.LogError(Logging.LogLevel.Error, $"pattern \"{e.Pattern}\" was given up on after {e.MatchTimeout.TotalMilliseconds:0} ms");
            return false;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }

    private void Capture(HttpExchange exchange, Match match)
    {
        exchange.Captures.Set(match, exchange.Arena);
        foreach ((int group, VariableModel variable) in captures)
        {
            exchange.SetVariable(variable, match.Groups[group].Success ? exchange.Captures.Group(group) : VariableValue.NotFound);
        }
    }
}
