namespace Hawser.Gateway.Tunnels.HandOver;

/// <summary>
/// What old and new process say to each other about live tunnels. Numbers are little-endian. The new process begins:
/// <code>
/// new → old   'H' 'W' 'H' 'O', version (4 bytes)
/// old → new   Tunnel  (1 byte) length (4 bytes) + two descriptors, then the state       repeated, up to a batch
/// new → old   1: can be taken over, 0: cannot                                           for each of them
/// old → new   Commit  (1 byte)                  what was agreed to is the new one's now, the rest stays
/// old → new   the end of the stream             there are no more
/// </code>
/// Until the commit the new process only holds the descriptors; if the old one goes away before, it lets them go. So a tunnel is never
/// served by both, whatever breaks.
/// </summary>
internal static class HandOverFormat
{
    /// <summary>Counts up with every change of the state's format. Processes of different versions leave the tunnels where they are.</summary>
    public const int Version = 3;

    /// <summary>The variable that names the new process's end of the stream.</summary>
    public const string Variable = "HAWSER_HANDOVER_FD";

    /// <summary>Tunnels between two commits: each waits for the others of its batch, for some milliseconds.</summary>
    public const int Batch = 64;

    /// <summary>Bytes of the longest state: two ends' output that their sockets would not take, and room for the log's values.</summary>
    public const int MaximumState = 64 * 1024 * 1024;

    public const byte Tunnel = 1;
    public const byte Commit = 2;

    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static ReadOnlySpan<byte> Magic => "HWHO"u8;

    /// <summary>Writes a length and bytes.</summary>
    public static void WriteBytes(this BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    /// <summary>Reads what <see cref="WriteBytes"/> wrote.</summary>
    public static byte[] ReadBytes(this BinaryReader reader) => reader.ReadBytes(reader.Read7BitEncodedInt());

    /// <summary>Writes a time of the loop as what is left until it: the other process has another clock.</summary>
    public static void WriteTime(this BinaryWriter writer, long time, long now) => writer.Write(time == IO.Timers.LoopTimer.Infinite ? long.MaxValue : time - now);

    /// <summary>Reads what <see cref="WriteTime"/> wrote.</summary>
    public static long ReadTime(this BinaryReader reader, long now) => reader.ReadInt64() is var left && left == long.MaxValue ? IO.Timers.LoopTimer.Infinite : now + left;
}
