using System.Text;

namespace Hawser.Protocols.Tests.Support;

/// <summary>Messages are written as strings with one character per byte.</summary>
internal static class Wire
{
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>The message with its invisible bytes spelled out, for the text of a failed assertion.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var shown = new StringBuilder();
        foreach (var c in bytes)
        {
            _ = c switch
            {
                (byte)'\r' => shown.Append("\\r"),
                (byte)'\n' => shown.Append("\\n"),
                < 0x20 or >= 0x7f => shown.Append($"\\x{c:x2}"),
                _ => shown.Append((char)c),
            };
        }

        return shown.ToString();
    }
}
