using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>server_name</c></summary>
internal static class ServerNameBinder
{
    public static ImmutableArray<ServerNameConfig> ServerName(BindContext context)
    {
        var names = ImmutableArray.CreateBuilder<ServerNameConfig>(context.Count);
        while (context.HasMore)
            names.Add(Read(context, context.Next()));
        return names.MoveToImmutable();
    }

    private static ServerNameConfig Read(BindContext context, Argument argument)
    {
        string text = argument.Value;
        if ((text.StartsWith('*') && (text.Length < 3 || text[1] != '.')) || text == ".")
            throw context.Refuse(argument, $"server name \"{text}\" is invalid", "a wildcard is written *.example.org or www.example.*");
        if (text.Contains('/'))
            context.Warn(argument, $"server name \"{text}\" has suspicious symbols", "a name has neither scheme nor path");
        if (text.StartsWith('~'))
            return ReadRegex(context, argument);

        string name = text.Equals("$hostname", StringComparison.OrdinalIgnoreCase) ? HostName(context) : text;
        name = ByteText.ToLower(name);
        return new ServerNameConfig(Classify(name), name, null, argument.Span);
    }

    private static ServerNameConfig ReadRegex(BindContext context, Argument argument)
    {
        if (argument.Value.Length == 1)
            throw context.Refuse(argument, $"empty regex in server name \"{argument}\"");
        string text = argument.Value[1..];
        // Names are compared in lower case, so an expression with a capital letter could match only without case.
        bool ignoreCase = text.AsSpan().IndexOfAnyInRange('A', 'Z') >= 0;
        return new ServerNameConfig(ServerNameKind.Regex, argument.Value, context.Regex(argument, text, ignoreCase), argument.Span);
    }

    private static ServerNameKind Classify(string name) => name switch
    {
        ['.', _, ..] => ServerNameKind.Dot,
        ['*', '.', _, ..] => ServerNameKind.WildcardLeading,
        [_, .., '.', '*'] => ServerNameKind.WildcardTrailing,
        _ => ServerNameKind.Exact,
    };

    private static string HostName(BindContext context) => context.Session.Options.HostName ?? Environment.MachineName;
}
