using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Changes that several rules about <c>proxy_set_header</c> have in common.</summary>
internal static class ProxyHeaderEdits
{
    /// <summary>The variable that a map makes of <c>$http_upgrade</c> for Connection; null if there is none that works.</summary>
    public static string? ConnectionVariable(DoctorContext context)
    {
        if (context.Http is not { } http) return null;
        foreach (MapConfig map in http.Maps)
        {
            if (map.Source.Parts is not [VariablePart { Name: "http_upgrade" }] || context.IsHidden(map.Span)) continue;
            string? value = context.Router.ValueFor(http.Servers.IsEmpty ? http : http.Servers[0], TemplateParser.Parse("$" + map.Variable, TemplateOptions.None, out _), handshake: true);
            if (value?.Contains("upgrade", StringComparison.OrdinalIgnoreCase) == true) return "$" + map.Variable;
        }
        return null;
    }

    /// <summary>The value of Connection that a location should send, and the map that it needs besides; null where no map can be put.</summary>
    public static (string Value, TextEdit? Map)? ConnectionFor(DoctorContext context, ProxiedLocation proxied)
    {
        if (ConnectionVariable(context) is { } variable) return (variable, null);
        if (!proxied.IsShared) return ("\"upgrade\"", null);
        return MapEdit(context) is { } map ? ("$connection_upgrade", map) : null;
    }

    /// <summary>A line that sends a field, behind <c>proxy_pass</c>.</summary>
    public static TextEdit Add(ProxiedLocation proxied, string name, string value) => Edits.AddBelow(proxied.PassNode, $"proxy_set_header {name} {value};");

    // The map belongs in http: at its start, or in front of the first server of a file for http.
    private static TextEdit? MapEdit(DoctorContext context)
    {
        if (context.Http?.DeclaredVariables.Contains("connection_upgrade") == true) return null;
        string[] lines = ["map $http_upgrade $connection_upgrade {", "    default upgrade;", "    ''      '';", "}", ""];
        if (context.Syntax.ChildrenOf(null).FirstOrDefault(static n => n.Name == "http") is { } http) return Edits.AddAtStart(http, lines);
        if (context.Inspection.Shape != ConfigurationShape.Http) return null;
        DirectiveNode? first = context.Syntax.ChildrenOf(null).FirstOrDefault(static n => n.Name == "server");
        return first is null ? null : TextEdit.Insert(first.Span.File, first.Span.File.GetLineStart(first.Span.Line), string.Join('\n', lines) + "\n");
    }
}
