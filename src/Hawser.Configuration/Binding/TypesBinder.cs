using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary><c>types</c>: a block of lines <c>type extension …;</c></summary>
internal static class TypesBinder
{
    public static ImmutableArray<MediaType> Types(BindContext context)
    {
        var table = new TypeTable();
        if (context.Existing<ImmutableArray<MediaType>>() is { IsDefault: false } earlier)
        {
            foreach (MediaType type in earlier)
                table.Add(type);
        }
        LineBlock.Read(context, context.Node.Children, node => AddLine(context, table, node));
        return table.ToImmutable();
    }

    /// <summary>A later block of the same level starts from the earlier one, so it replaces it.</summary>
    public static ImmutableArray<MediaType> Combine(ImmutableArray<MediaType> earlier, ImmutableArray<MediaType> later) => later;

    private static void AddLine(BindContext context, TypeTable table, DirectiveNode node)
    {
        foreach (Argument extension in node.Arguments)
        {
            var type = new MediaType(ByteText.ToLower(extension.Value), node.Name);
            if (table.Add(type) is { } previous)
            {
                context.Session.Diagnostics.Add(
                    Diagnostics.Severity.Warning, node, extension.Span,
                    $"duplicate extension \"{type.Extension}\", content type: \"{type.Type}\", previous content type: \"{previous}\"");
            }
        }
    }

    private sealed class TypeTable
    {
        private readonly List<MediaType> _types = [];
        private readonly Dictionary<string, int> _index = [];

        /// <summary>Adds a type; the last one for an extension counts. Returns the type it replaces.</summary>
        public string? Add(MediaType type)
        {
            if (_index.TryAdd(type.Extension, _types.Count))
            {
                _types.Add(type);
                return null;
            }
            int at = _index[type.Extension];
            string previous = _types[at].Type;
            _types[at] = type;
            return previous;
        }

        public ImmutableArray<MediaType> ToImmutable() => [.. _types];
    }
}
