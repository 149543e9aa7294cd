using System.Text.RegularExpressions;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Exchange;

/// <summary>What <c>$1</c> to <c>$9</c> mean: the groups of the regular expression that matched last.</summary>
public sealed class CaptureState
{
    private Match? _match;
    private Arena? _arena;

    /// <param name="match">A match against Latin-1 text: one character per byte.</param>
    public void Set(Match match, Arena arena)
    {
        _match = match;
        _arena = arena;
    }

    /// <summary>The bytes of group <paramref name="number"/>; empty when it did not take part or nothing matched.</summary>
    public ByteSlice Group(int number)
    {
        if (_match is null || number >= _match.Groups.Count) return default;
        Group group = _match.Groups[number];
        return group.Success ? _arena!.CopyLatin1(group.ValueSpan) : default;
    }

    public (Match?, Arena?) Save() => (_match, _arena);

    public void Restore((Match?, Arena?) saved) => (_match, _arena) = saved;

    public void Clear() => (_match, _arena) = (null, null);
}
