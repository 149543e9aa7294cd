using System.Globalization;
using System.Text;

namespace Hawser.Testing;

/// <summary>Bytes as text and back: one character for each byte, so that anything on a wire can be written, compared and shown.</summary>
public static class Bytes
{
    /// <summary>Bytes of a text whose characters are all below U+0100.</summary>
    public static byte[] FromText(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Text with one character for each byte.</summary>
    public static string ToText(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>
    /// Shows bytes on lines that a person can read and a case file can contain: a line break after each <c>\n</c>, and
    /// everything that is not printable ASCII as an escape.
    /// </summary>
    public static string Escape(string text)
    {
        var shown = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\r' => shown.Append("\\r"),
                '\n' => shown.Append("\\n\n"),
                '\t' => shown.Append("\\t"),
                '\\' => shown.Append("\\\\"),
                >= ' ' and <= '~' => shown.Append(c),
                _ => shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
            };
        }

        return shown.ToString();
    }

    /// <summary>Reads escapes: <c>\r \n \t \0 \\ \xHH</c>.</summary>
    /// <exception cref="FormatException">An escape that is none of these.</exception>
    public static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            if (++i == text.Length)
                throw new FormatException("A backslash ends the line; write \\\\ for a backslash.");
            switch (text[i])
            {
                case 'r': plain.Append('\r'); break;
                case 'n': plain.Append('\n'); break;
                case 't': plain.Append('\t'); break;
                case '0': plain.Append('\0'); break;
                case '\\': plain.Append('\\'); break;
                case 'x' when i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, null, out var b):
                    plain.Append((char)b);
                    i += 2;
                    break;
                default: throw new FormatException($"\\{text[i]} is not an escape; known are \\r \\n \\t \\0 \\\\ \\xHH.");
            }
        }

        return plain.ToString();
    }
}
