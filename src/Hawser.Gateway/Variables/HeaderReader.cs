using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>
/// Reads fields as variables do: several lines of one name come as one value, joined with a comma, or for Cookie with a
/// semicolon (RFC 9110 §5.3, RFC 6265 §5.4).
/// </summary>
internal static class HeaderReader
{
    /// <summary>All values of a field known by name; not found when there is no such field.</summary>
    public static VariableValue Find(HeaderList headers, KnownHeader known, Arena arena)
    {
        VariableValue value = VariableValue.NotFound;
        foreach (ref readonly Header field in headers.Fields)
        {
            if (field.Known == known) value = Join(value, field.Value, arena, (byte)',');
        }
        return value;
    }

    /// <summary>All values of a field whose name, in lower case and with <c>_</c> for <c>-</c>, is <paramref name="name"/>.</summary>
    public static VariableValue Find(HeaderList headers, ReadOnlySpan<byte> name, Arena arena, byte separator = (byte)',')
    {
        VariableValue value = VariableValue.NotFound;
        foreach (ref readonly Header field in headers.Fields)
        {
            if (field.Name.Length == name.Length && IsNamed(field.Name.Span, name)) value = Join(value, field.Value, arena, separator);
        }
        return value;
    }

    private static VariableValue Join(VariableValue first, ByteSlice second, Arena arena, byte separator)
    {
        if (!first.Found) return second;
        ByteSlice head = first.Value;
        Span<byte> room = arena.Allocate(head.Length + 2 + second.Length, out ByteSlice joined);
        head.Span.CopyTo(room);
        room[head.Length] = separator;
        room[head.Length + 1] = (byte)' ';
        second.Span.CopyTo(room[(head.Length + 2)..]);
        return joined;
    }

    private static bool IsNamed(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < field.Length; i++)
        {
            byte c = field[i];
            if (c is >= (byte)'A' and <= (byte)'Z') c |= 0x20;
            else if (c == '-') c = (byte)'_';
            if (c != name[i]) return false;
        }
        return true;
    }
}
