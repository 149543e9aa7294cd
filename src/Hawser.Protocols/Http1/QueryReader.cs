namespace Hawser.Protocols.Http1;

/// <summary>Finds a query argument by name as nginx's <c>$arg_NAME</c> does (ngx_http_arg).</summary>
public static class QueryReader
{
    /// <summary>
    /// Looks for <c>name=value</c> between "&amp;" signs. Names compare without case and are not decoded; the first one counts.
    /// </summary>
    /// <param name="args">The query without question mark.</param>
    /// <param name="name">The argument's name; nothing is found for an empty one.</param>
    /// <param name="value">The raw value, as a range of <paramref name="args"/>; may be empty.</param>
    public static bool TryFind(ReadOnlySpan<byte> args, ReadOnlySpan<byte> name, out ByteRange value)
    {
        value = default;
        if (name.IsEmpty)
            return false;

        var start = 0;
        while (true)
        {
            var equals = start + name.Length;
            if (equals >= args.Length)
                return false;

            if (args[equals] == '=' && AsciiText.StartsWithIgnoreCase(args[start..], name))
            {
                var first = equals + 1;
                var length = args[first..].IndexOf((byte)'&');
                value = new ByteRange(first, length < 0 ? args.Length - first : length);
                return true;
            }

            var next = args[start..].IndexOf((byte)'&');
            if (next < 0)
                return false;

            start += next + 1;
        }
    }
}
