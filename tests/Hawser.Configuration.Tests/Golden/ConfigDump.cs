using System.Collections;
using System.Reflection;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Tests.Golden;

/// <summary>Writes a configuration as text: each block with what it sets itself. Values that equal their type's default are left out of records.</summary>
internal static class ConfigDump
{
    private static readonly MethodInfo s_find = typeof(ConfigScope).GetMethod(nameof(ConfigScope.Get))!;

    public static string Of(MainConfig main)
    {
        var output = new StringBuilder();
        Append(output, "main", main, 0);
        return output.ToString();
    }

    private static void Append(StringBuilder output, string title, ConfigScope scope, int depth)
    {
        var indent = new string(' ', depth * 2);
        output.Append(indent).Append(title).Append('\n');
        foreach (Directive directive in DirectiveTable.All)
        {
            bool isKept = directive.Storage == directive && scope.HasOwn(directive) && directive.Name is not ("include" or "if") && directive != Known.Rewrite;
            if (!isKept || directive.Arity.IsBlock && directive != Known.Map && directive != Known.Types)
                continue;
            object? value = s_find.MakeGenericMethod(directive.GetType().GetGenericArguments()[0]).Invoke(scope, [directive]);
            AppendValue(output, indent + "  " + directive.Name, value);
        }
        AppendChildren(output, scope, depth + 1);
    }

    private static void AppendValue(StringBuilder output, string name, object? value)
    {
        if (value is IEnumerable items and not string)
        {
            foreach (object? item in items)
                output.Append(name).Append(" += ").Append(Format(item)).Append('\n');
        }
        else
        {
            output.Append(name).Append(" = ").Append(Format(value)).Append('\n');
        }
    }

    private static void AppendChildren(StringBuilder output, ConfigScope scope, int depth)
    {
        switch (scope)
        {
            case MainConfig main:
                if (main.Events.Span is not null)
                    Append(output, "events", main.Events, depth);
                if (main.Http is { } http)
                    Append(output, "http", http, depth);
                break;
            case HttpConfig inner:
                AppendHttp(output, inner, depth);
                break;
            case ServerConfig server:
                AppendSteps(output, server.Rewrite, depth);
                foreach (LocationConfig location in server.Locations)
                    AppendLocation(output, location, depth);
                break;
            case LocationConfig location:
                AppendSteps(output, location.Rewrite, depth);
                if (location.LimitExcept is { } limit)
                    Append(output, $"limit_except {string.Join(' ', limit.AllowedMethods)}", limit, depth);
                foreach (LocationConfig nested in location.Locations)
                    AppendLocation(output, nested, depth);
                break;
        }
    }

    private static void AppendHttp(StringBuilder output, HttpConfig http, int depth)
    {
        var indent = new string(' ', depth * 2);
        if (!http.DeclaredVariables.IsEmpty)
            output.Append(indent).Append("variables ").AppendJoin(' ', http.DeclaredVariables).Append('\n');
        foreach (UpstreamConfig upstream in http.Upstreams)
            Append(output, $"upstream {upstream.Name}", upstream, depth);
        foreach (ServerConfig server in http.Servers)
            Append(output, $"server \"{server.PrimaryName}\"", server, depth);
        foreach (ListenerConfig listener in http.Listeners)
        {
            output.Append(indent).Append("listener ").Append(listener.Listen.DisplayAddress)
                .Append($" servers={listener.Servers.Length} default=\"{listener.Default.PrimaryName}\"\n");
        }
    }

    private static void AppendLocation(StringBuilder output, LocationConfig location, int depth) =>
        Append(output, $"location {location.MatchKind} \"{location.Pattern}\"", location, depth);

    private static void AppendSteps(StringBuilder output, IEnumerable<RewriteStep> steps, int depth)
    {
        foreach (RewriteStep step in steps)
        {
            if (step is IfStep conditional)
                Append(output, $"if {Format(conditional.Condition)}", conditional.Scope, depth);
            else
                output.Append(' ', depth * 2).Append("step ").Append(Format(step)).Append('\n');
        }
    }

    private static string Format(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "on" : "off",
        Enum or long or int => value.ToString()!,
        TimeSpan time => time.TotalSeconds.ToString("0.###s"),
        Template { IsConstant: true } template => $"\"{template.ConstantValue}\"",
        Template template => $"<{string.Join(" ", template.Parts.Select(FormatPart))}>",
        RegexPattern pattern => $"/{pattern.Text}/{(pattern.IgnoreCase ? "i" : "")}{string.Concat(pattern.CaptureNames.Select(name => $" {name.Number}={name.Name}"))}",
        System.Net.IPAddress or System.Net.IPNetwork => value.ToString()!,
        LogFormatConfig format => format.Span is null ? format.Name : FormatRecord(format),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Format))}]",
        _ => FormatRecord(value),
    };

    private static string FormatPart(TemplatePart part) => part switch
    {
        LiteralPart literal => $"\"{literal.Value}\"",
        VariablePart variable => "$" + variable.Name,
        CapturePart capture => "$" + capture.Number,
        _ => "?",
    };

    private static string FormatRecord(object value)
    {
        var parts = new List<string>();
        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? item = property.GetValue(value);
            if (item is null or SourceSpan or false or 0 or 0L or "" || item.Equals(TimeSpan.Zero) || item is System.Net.IPNetwork network && network == default)
                continue;
            parts.Add(item is true ? property.Name : $"{property.Name}={Format(item)}");
        }
        return $"{value.GetType().Name}({string.Join(", ", parts)})";
    }
}
