using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary><c>types</c> and <c>default_type</c>: the media type of a path by its extension.</summary>
public sealed class MediaTypes
{
    // Blocks that inherit their types share one table: mime.types has hundreds of lines, a configuration hundreds of locations.
    private static readonly ConditionalWeakTable<MediaType[], Dictionary<string, ByteSlice>> s_tables = new();

    private const int LongestExtension = 64;

    private readonly Dictionary<string, ByteSlice>.AlternateLookup<ReadOnlySpan<char>> _byExtension;
    private readonly ByteSlice _default;

    private MediaTypes(Dictionary<string, ByteSlice> byExtension, ByteSlice defaultType)
    {
        _byExtension = byExtension.GetAlternateLookup<ReadOnlySpan<char>>();
        _default = defaultType;
    }

    public static MediaTypes From(ConfigScope scope)
    {
        ImmutableArray<MediaType> types = scope.Get(Known.Types);
        MediaType[] key = ImmutableCollectionsMarshal.AsArray(types) ?? [];
        return new MediaTypes(s_tables.GetValue(key, MakeTable), ByteSlice.FromLatin1(scope.Get(Known.DefaultType)));
    }

    /// <summary>The type for a path; empty where <c>default_type ""</c> leaves it open.</summary>
    public ByteSlice Find(ByteSlice path)
    {
        ReadOnlySpan<byte> extension = UriParts.Extension(path).Span;
        if (extension.IsEmpty || extension.Length > LongestExtension) return _default;
        Span<char> lower = stackalloc char[extension.Length];
        Encoding.Latin1.GetChars(extension, lower);
        Ascii.ToLowerInPlace(lower, out _);
        return _byExtension.TryGetValue(lower, out ByteSlice type) ? type : _default;
    }

    private static Dictionary<string, ByteSlice> MakeTable(MediaType[] types)
    {
        var table = new Dictionary<string, ByteSlice>(types.Length, StringComparer.Ordinal);
        foreach (MediaType type in types) table[type.Extension] = ByteSlice.FromLatin1(type.Type);
        return table;
    }
}
