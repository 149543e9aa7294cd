using System.Collections.Frozen;
using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Filters;

/// <summary>The media types a filter works on (<c>gzip_types</c>, <c>charset_types</c>).</summary>
internal sealed class MediaTypeSet
{
    private const int LongestType = 128;

    private readonly bool _matchesAll;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _types;

    public MediaTypeSet(FilteredTypes config)
    {
        _matchesAll = config.MatchesAll;
        _types = config.Types.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether an answer is of one of the types. A charset that an upstream named does not count.</summary>
    public bool Contains(ResponseHead head)
    {
        if (_matchesAll) return true;
        ReadOnlySpan<byte> type = ContentTypeField.TypeOf(head);
        if (type.IsEmpty || type.Length > LongestType) return false;
        Span<char> text = stackalloc char[type.Length];
        Encoding.Latin1.GetChars(type, text);
        Ascii.ToLowerInPlace(text, out _);
        return _types.Contains(text);
    }
}
