using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>location</c> and <c>limit_except</c></summary>
internal static class LocationBinder
{
    private static readonly string[] s_modifiers = ["=", "^~", "~", "~*"];

    // nginx's list; a request with another method counts as unknown and passes no limit_except.
    private static readonly string[] s_methods =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "PATCH"];

    public static ImmutableArray<LocationConfig> Location(BindContext context)
    {
        // An error in the opening line does not keep the inside from being checked.
        (LocationMatchKind kind, string pattern, Argument argument) = context.Attempt(() => ReadMatch(context), (LocationMatchKind.Prefix, "", context.Last));
        var location = new LocationConfig(ScopeKind.Location, kind, pattern, context.Scope, context.Node.Span);
        if (kind is LocationMatchKind.Regex or LocationMatchKind.RegexIgnoreCase)
            location.Regex = context.Attempt(() => context.Regex(argument, pattern, kind == LocationMatchKind.RegexIgnoreCase), null);
        if (context.Scope is LocationConfig parent)
            CheckNesting(context, argument, parent, location);

        BindInside(context, location);
        return [location];
    }

    public static LocationConfig LimitExcept(BindContext context)
    {
        var parent = (LocationConfig)context.Scope;
        var methods = ImmutableArray.CreateBuilder<string>();
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string method = argument.Value.ToUpperInvariant();
            if (Array.IndexOf(s_methods, method) < 0)
                context.Report(argument, $"invalid method \"{argument}\"", BindContext.SuggestWord(argument.Value.ToUpperInvariant(), s_methods));
            else if (!methods.Contains(method))
                methods.Add(method);
        }
        if (methods.Contains("GET") && !methods.Contains("HEAD"))
            methods.Add("HEAD");

        var block = new LocationConfig(ScopeKind.LimitExcept, LocationMatchKind.LimitExcept, parent.Pattern, parent, context.Node.Span)
        {
            AllowedMethods = methods.DrainToImmutable(),
        };
        BindInside(context, block);
        return block;
    }

    /// <summary>Binds what is in the block and gathers locations and steps.</summary>
    public static void BindInside(BindContext context, LocationConfig location)
    {
        context.Session.BindBlock(context.Node.Children, location);
        location.Locations = location.Get(Known.Location);
        location.Rewrite = location.Get(Known.Rewrite);
        location.LimitExcept = location.Get(Known.LimitExcept);
    }

    private static (LocationMatchKind Kind, string Pattern, Argument Argument) ReadMatch(BindContext context)
    {
        Argument first = context.Next();
        if (context.HasMore)
        {
            LocationMatchKind kind = first.Value switch
            {
                "=" => LocationMatchKind.Exact,
                "^~" => LocationMatchKind.PrefixNoRegex,
                "~" => LocationMatchKind.Regex,
                "~*" => LocationMatchKind.RegexIgnoreCase,
                _ => throw context.Refuse(
                    first, $"invalid location modifier \"{first}\"",
                    BindContext.SuggestWord(first.Value, s_modifiers) ?? "the modifiers are =, ^~, ~ and ~*"),
            };
            Argument pattern = context.Next();
            return (kind, pattern.Value, pattern);
        }

        string text = first.Value;
        (LocationMatchKind matchKind, int skip) = text switch
        {
            ['=', ..] => (LocationMatchKind.Exact, 1),
            ['^', '~', ..] => (LocationMatchKind.PrefixNoRegex, 2),
            ['~', '*', ..] => (LocationMatchKind.RegexIgnoreCase, 2),
            ['~', ..] => (LocationMatchKind.Regex, 1),
            ['@', ..] => (LocationMatchKind.Named, 0),
            _ => (LocationMatchKind.Prefix, 0),
        };
        return (matchKind, text[skip..], first);
    }

    private static void CheckNesting(BindContext context, Argument argument, LocationConfig parent, LocationConfig location)
    {
        string name = location.Pattern;
        if (parent.MatchKind == LocationMatchKind.Exact)
            context.Report(argument, $"location \"{name}\" cannot be inside the exact location \"{parent.Pattern}\"");
        else if (parent.MatchKind == LocationMatchKind.Named)
            context.Report(argument, $"location \"{name}\" cannot be inside the named location \"{parent.Pattern}\"");
        else if (location.MatchKind == LocationMatchKind.Named)
            context.Report(argument, $"named location \"{name}\" can be on the server level only");
        else if (location.MatchKind is not (LocationMatchKind.Regex or LocationMatchKind.RegexIgnoreCase)
            && !name.StartsWith(parent.Pattern, StringComparison.Ordinal))
            context.Report(argument, $"location \"{name}\" is outside location \"{parent.Pattern}\"", $"the path of a nested location starts with that of the location around it");
    }
}
