using System.Collections.Immutable;
using System.Globalization;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary><c>charset</c>, <c>source_charset</c>, <c>charset_map</c></summary>
internal static class CharsetBinder
{
    // Beyond the Basic Multilingual Plane nginx's tables do not reach.
    private const int LargestTarget = 3;

    public static CharsetConfig Charset(BindContext context) =>
        context.Peek().Value == "off" ? new CharsetConfig(null, context.Node.Span) : SourceCharset(context);

    public static CharsetConfig SourceCharset(BindContext context)
    {
        Argument name = context.Next();
        Template template = name.Value.StartsWith('$') ? context.Template(name) : Template.Constant(name.Value);
        return new CharsetConfig(template, context.Node.Span);
    }

    public static ImmutableArray<CharsetMapConfig> Map(BindContext context)
    {
        string source = context.Text();
        string target = context.Text();
        if (Same(source, target))
            throw context.Refuse(context.Current, $"\"charset_map\" between the same charsets \"{source}\" and \"{target}\"");
        if (Same(source, "utf-8"))
            throw context.Refuse(context.Node.Arguments[0], "\"charset_map\" with \"utf-8\" charset should be given in the second column");
        foreach (CharsetMapConfig other in context.Existing<ImmutableArray<CharsetMapConfig>>() is { IsDefault: false } earlier ? earlier : [])
        {
            if ((Same(other.Source, source) && Same(other.Target, target)) || (Same(other.Source, target) && Same(other.Target, source)))
                throw context.Refuse(context.Node.NameArgument, $"duplicate \"charset_map\" between \"{source}\" and \"{target}\"");
        }
        var entries = ImmutableArray.CreateBuilder<CharsetMapEntry>();
        bool isUtf8 = Same(target, "utf-8");
        LineBlock.Read(context, context.Node.Children, node => entries.Add(ReadEntry(context.For(node), node, isUtf8)));
        return [new CharsetMapConfig(source, target, entries.DrainToImmutable())];
    }

    private static CharsetMapEntry ReadEntry(BindContext line, DirectiveNode node, bool isUtf8)
    {
        if (node.Arguments.Length != 1)
            throw line.Refuse(node.NameArgument, "invalid parameters number", "each line has two characters as hexadecimal bytes");
        if (!byte.TryParse(node.Name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte source))
            throw line.Refuse(node.NameArgument, $"invalid value \"{node.Name}\"");
        Argument target = node.Arguments[0];
        bool isRead = isUtf8 ? TryReadBytes(target.Value, out byte[] bytes) : TryReadByte(target.Value, out bytes);
        if (!isRead)
            throw line.Refuse(target, $"invalid value \"{target}\"");
        return new CharsetMapEntry(source, [.. bytes]);
    }

    private static bool TryReadByte(string text, out byte[] bytes)
    {
        bool isRead = byte.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value);
        bytes = [value];
        return isRead;
    }

    private static bool TryReadBytes(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 2];
        if (text.Length % 2 != 0 || bytes.Length is 0 or > LargestTarget)
            return false;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (!byte.TryParse(text.AsSpan(i * 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
                return false;
        }
        return System.Text.Unicode.Utf8.IsValid(bytes) && System.Text.Encoding.UTF8.GetCharCount(bytes) == 1;
    }

    private static bool Same(string first, string second) => first.Equals(second, StringComparison.OrdinalIgnoreCase);
}
