using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary><c>map</c></summary>
internal static class MapBinder
{
    public static ImmutableArray<MapConfig> Map(BindContext context)
    {
        Template source = context.Attempt(context.Template, Template.Empty);
        string variable = context.Attempt(() => ReadVariable(context), "");
        var lines = new MapLines(context);
        LineBlock.Read(context, context.Node.Children, lines.Add);
        return [lines.ToConfig(source, variable)];
    }

    private static string ReadVariable(BindContext context)
    {
        Argument name = context.Node.Arguments[1];
        if (!name.Value.StartsWith('$'))
            throw context.Refuse(name, $"invalid variable name \"{name}\"", $"write \"${name}\"");
        return context.Session.Variables.Declare(context, name, name.Value[1..]);
    }

    private sealed class MapLines(BindContext context)
    {
        private readonly ImmutableArray<MapEntry>.Builder _entries = ImmutableArray.CreateBuilder<MapEntry>();
        private readonly NameTable _keys = new();
        private bool _hostNames;
        private bool _isVolatile;
        private Template? _default;

        public MapConfig ToConfig(Template source, string variable) =>
            new(source, variable, _hostNames, _isVolatile, _default ?? Template.Empty, _entries.DrainToImmutable(), context.Node.Span);

        public void Add(DirectiveNode node)
        {
            BindContext line = context.For(node);
            if (node.Arguments.IsEmpty && node.Name == "hostnames")
            {
                _hostNames = true;
                return;
            }
            if (node.Arguments.IsEmpty && node.Name == "volatile")
            {
                _isVolatile = true;
                return;
            }
            if (node.Arguments.Length != 1)
                throw line.Refuse(node.NameArgument, "invalid number of the map parameters", "each line has a key and a value");

            Template value = line.Template();
            if (node.Name == "default")
            {
                if (_default is not null)
                    throw line.Refuse(node.NameArgument, "duplicate default map parameter");
                _default = value;
                return;
            }
            _entries.Add(ReadEntry(line, node, value));
        }

        private MapEntry ReadEntry(BindContext line, DirectiveNode node, Template value)
        {
            string key = node.Name;
            if (key.StartsWith('~'))
            {
                bool ignoreCase = key.StartsWith("~*", StringComparison.Ordinal);
                RegexPattern pattern = line.Regex(node.NameArgument, key[(ignoreCase ? 2 : 1)..], ignoreCase);
                return new MapEntry(MapKeyKind.Regex, pattern.Text, pattern, value, node.Span);
            }

            // A backslash makes a key of a word that would mean something else.
            if (key.StartsWith('\\'))
                key = key[1..];
            NameShape shape = NameShape.Exact;
            if (_hostNames && NameTable.Classify(key) is not { } classified)
                throw line.Refuse(node.NameArgument, $"invalid hostname or wildcard \"{key}\"");
            else if (_hostNames)
                shape = NameTable.Classify(key)!.Value;
            if (!_keys.TryAdd(key, shape))
                throw line.Refuse(node.NameArgument, $"conflicting parameter \"{key}\"", "keys are compared without case");
            return new MapEntry(KindOf(shape), ByteText.ToLower(key), null, value, node.Span);
        }

        private static MapKeyKind KindOf(NameShape shape) => shape switch
        {
            NameShape.Dot => MapKeyKind.Dot,
            NameShape.LeadingWildcard => MapKeyKind.WildcardLeading,
            NameShape.TrailingWildcard => MapKeyKind.WildcardTrailing,
            _ => MapKeyKind.Exact,
        };
    }
}
