using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Logging;

/// <summary>
/// What a tunnel keeps of its exchange for the line that it will log at its end: the values that cannot change any more. Literals
/// are in the format, late values are computed at the end (docs/decisions/0010).
/// </summary>
public sealed class FrozenAccessLog
{
    private readonly LoggingModel _logging;
    private readonly byte[] _record;

    internal FrozenAccessLog(LoggingModel logging, byte[] record)
    {
        _logging = logging;
        _record = record;
    }

    /// <summary>The logs.</summary>
    internal LoggingModel Logging => _logging;

    /// <summary>The settled values.</summary>
    internal ReadOnlySpan<byte> Record => _record;

    /// <summary>Bytes of memory held beyond the logs themselves.</summary>
    public int Size => _record.Length;

    /// <summary>Milliseconds between lines about a tunnel that lives; 0 for none.</summary>
    public long Interval => _logging.TunnelInterval;

    /// <summary>Whether some log has a line at this moment.</summary>
    public bool IsWantedAt(LogMoment moment) => _logging.IsWantedAt(moment);

    /// <summary>Writes the lines of the logs that want one at this moment.</summary>
    /// <param name="ended">
    /// An exchange that knows what late variables ask for: connection, start, model, location, request length and the last upstream attempt.
    /// </param>
    /// <param name="moment">Where the tunnel is in its life.</param>
    public void Write(HttpExchange ended, LogMoment moment) => _logging.Write(ended, _record, moment);
}

/// <summary>A value in a frozen record: its length in groups of seven bits, the lowest first, then its bytes.</summary>
internal static class FrozenValue
{
    public static void Write(ref LogBuffer record, VariableValue value, LogEscape escape)
    {
        // The escaped length is known only afterwards. Nearly all values are shorter than 128 bytes, and then it fits in front.
        int start = record.Length;
        record.Add(0);
        LogEscaping.Write(ref record, value, escape);
        int length = record.Length - start - 1;
        int prefix = PrefixLength(length);
        if (prefix > 1) MakeRoom(ref record, start + 1, prefix - 1);
        Span<byte> room = record.Slice(start);
        for (int i = 0; i < prefix; i++, length >>= 7) room[i] = (byte)(length & 0x7F | (i + 1 < prefix ? 0x80 : 0));
    }

    public static ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> record)
    {
        int length = 0, used = 0;
        byte group;
        do
        {
            group = record[used];
            length |= (group & 0x7F) << (7 * used);
            used++;
        }
        while (group >= 0x80);
        ReadOnlySpan<byte> value = record.Slice(used, length);
        record = record[(used + length)..];
        return value;
    }

    private static int PrefixLength(int length)
    {
        int groups = 1;
        while ((length >>= 7) > 0) groups++;
        return groups;
    }

    private static void MakeRoom(ref LogBuffer record, int at, int count)
    {
        record.Reserve(count);
        int moved = record.Length - at;
        record.Advance(count);
        Span<byte> tail = record.Slice(at);
        tail[..moved].CopyTo(tail[count..]);
    }
}
