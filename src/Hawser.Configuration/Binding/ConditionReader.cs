using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Reads the condition of an <c>if</c>. The parentheses may be words of their own or stick to the first and last word.</summary>
internal static class ConditionReader
{
    private const string Hint = "conditions are ($variable), ($variable = value), ($variable ~ pattern) and (-f path); there is no \"and\" and no \"or\"";

    private sealed record Word(Argument Argument, string Text);

    public static IfCondition Read(BindContext context)
    {
        List<Word> words = Strip(context);
        if (words.Count == 0)
            throw context.Refuse(context.Last, "invalid condition \")\"", Hint);
        Word first = words[0];
        if (first.Text.Length > 1 && first.Text[0] == '$')
            return ReadVariable(context, words);
        if (first.Text is ['-', _] or ['!', '-', _])
            return ReadFileTest(context, words);
        throw Invalid(context, first);
    }

    private static List<Word> Strip(BindContext context)
    {
        Argument first = context.Node.Arguments[0];
        Argument last = context.Last;
        if (!first.Value.StartsWith('('))
            throw context.Refuse(first, $"invalid condition \"{first}\"", "a condition stands in parentheses");
        if (!last.Value.EndsWith(')'))
            throw context.Refuse(last, $"invalid condition \"{last}\"", "the closing parenthesis is missing");

        var words = new List<Word>(context.Count);
        if (first.Value == "()")
            return words;
        for (int i = 0; i < context.Count; i++)
        {
            Argument argument = context.Node.Arguments[i];
            string text = argument.Value;
            if (i == 0)
                text = text[1..];
            if (i == context.Count - 1 && text.Length != 0)
                text = text[..^1];
            bool wasParenthesisAlone = argument.Value.Length == 1 && (i == 0 || i == context.Count - 1);
            if (!wasParenthesisAlone)
                words.Add(new Word(argument, text));
        }
        return words;
    }

    private static IfCondition ReadVariable(BindContext context, List<Word> words)
    {
        if (words.Count is not (1 or 3))
            throw Invalid(context, words[0]);
        string name = words[0].Text[1..].ToLowerInvariant();
        context.Session.Variables.Use(name, words[0].Argument.Span);
        if (words.Count == 1)
            return new TruthCondition(name);

        Word value = words[2];
        switch (words[1].Text)
        {
            case "=" or "!=":
                bool isNot = words[1].Text[0] == '!';
                return new EqualityCondition(name, context.Template(value.Argument, value.Text), isNot);
            case "~" or "~*" or "!~" or "!~*":
                string text = words[1].Text;
                RegexPattern pattern = context.Regex(value.Argument, value.Text, ignoreCase: text[^1] == '*');
                return new MatchCondition(name, pattern, Negated: text[0] == '!');
            default:
                throw context.Refuse(words[1].Argument, $"unexpected \"{words[1].Text}\" in condition", "the comparisons are =, !=, ~, ~*, !~ and !~*");
        }
    }

    private static FileCondition ReadFileTest(BindContext context, List<Word> words)
    {
        if (words.Count != 2)
            throw Invalid(context, words[0]);
        FileTest test = words[0].Text[^1] switch
        {
            'f' => FileTest.IsFile,
            'd' => FileTest.IsDirectory,
            'e' => FileTest.Exists,
            'x' => FileTest.IsExecutable,
            _ => throw Invalid(context, words[0]),
        };
        return new FileCondition(test, context.Template(words[1].Argument, words[1].Text), Negated: words[0].Text[0] == '!');
    }

    private static BindException Invalid(BindContext context, Word word) => context.Refuse(word.Argument, $"invalid condition \"{word.Text}\"", Hint);
}
