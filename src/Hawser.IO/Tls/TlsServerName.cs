using System.Buffers.Binary;

namespace Hawser.IO.Tls;

/// <summary>
/// The extension server_name of a ClientHello (RFC 6066 §3), with one name as all clients send it:
/// <code>
/// +----------------+-----------+------------------+------
/// | length (2)     | type 0 (1)| name length (2)  | name
/// +----------------+-----------+------------------+------
/// </code>
/// </summary>
public static class TlsServerName
{
    private const int Header = 5;
    private const int Longest = 255;

    /// <param name="name">The name as sent, within <paramref name="extension"/>.</param>
    /// <param name="isMalformed">Of a failure: the extension is no list of names; else the name in it cannot be one.</param>
    public static bool TryRead(ReadOnlySpan<byte> extension, out ReadOnlySpan<byte> name, out bool isMalformed)
    {
        name = default;
        isMalformed = extension.Length < Header
            || BinaryPrimitives.ReadUInt16BigEndian(extension) + 2 != extension.Length
            || extension[2] != 0
            || BinaryPrimitives.ReadUInt16BigEndian(extension[3..]) + Header != extension.Length;
        if (isMalformed) return false;
        name = extension[Header..];
        return name.Length <= Longest && !name.Contains((byte)0);
    }
}
