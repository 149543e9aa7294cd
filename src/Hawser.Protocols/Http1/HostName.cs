namespace Hawser.Protocols.Http1;

/// <summary>
/// A host as a request names it, in the Host header or in an absolute-form target: checked as nginx's
/// ngx_http_validate_host does, split into name and port.
/// </summary>
/// <remarks>
/// <code>
/// host  = "[" literal "]" / name        ; a name is never empty, never holds "..", and loses one trailing dot
/// input = host [ ":" *DIGIT ]           ; at most 65535; an empty port is no port
/// </code>
/// A name may hold letters, digits, <c>- . _ ~ % ! $ &amp; ' ( ) * + , ; =</c>; a literal the same without <c>%</c> and with
/// <c>:</c>. What is inside the brackets is not checked further.
/// </remarks>
/// <param name="Length">Number of bytes of the host at the start of the input, without a trailing dot and the port.</param>
/// <param name="Port">The port, or 0 if there is none.</param>
/// <param name="HasUppercase">Whether the host must be lowered (<see cref="Lower"/>) before it is compared or shown.</param>
public readonly record struct HostName(int Length, ushort Port, bool HasUppercase)
{
    private enum State
    {
        Name,
        Literal,
        AfterLiteral,
        Port,
    }

    /// <summary>Checks and splits <paramref name="value"/>. False: the request is to be refused with 400.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out HostName host)
    {
        host = default;
        var state = State.Name;
        var length = value.Length;
        var lastDot = -1;
        var port = 0;
        var upper = false;

        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            switch (state)
            {
                case State.Name or State.Literal:
                    if (c is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'-')
                        break;

                    if (c is >= (byte)'A' and <= (byte)'Z')
                    {
                        upper = true;
                        break;
                    }

                    if (c == '.')
                    {
                        if (lastDot >= 0 && lastDot == i - 1)
                            return false;

                        lastDot = i;
                        break;
                    }

                    if (!TryStructure(c, i, ref state, ref length))
                        return false;

                    break;

                case State.AfterLiteral:
                    if (c != ':')
                        return false;

                    state = State.Port;
                    break;

                case State.Port:
                    if (c is < (byte)'0' or > (byte)'9')
                        return false;

                    port = (port * 10) + (c - '0');
                    if (port > ushort.MaxValue)
                        return false;

                    break;
            }
        }

        if (state == State.Literal)
            return false;

        if (lastDot >= 0 && lastDot == length - 1)
            length--;

        if (length == 0)
            return false;

        host = new HostName(length, (ushort)port, upper);
        return true;
    }

    /// <summary>
    /// Writes the host in lower case: the first <see cref="Length"/> bytes of the parsed <paramref name="value"/>.
    /// </summary>
    /// <returns>The number of bytes written.</returns>
    public int Lower(ReadOnlySpan<byte> value, Span<byte> destination)
    {
        for (var i = 0; i < Length; i++)
            destination[i] = AsciiText.Lower(value[i]);

        return Length;
    }

    /// <summary>The characters that are neither alphanumeric nor '-' nor '.'.</summary>
    private static bool TryStructure(byte c, int at, ref State state, ref int length)
    {
        switch (c)
        {
            case (byte)'_' or (byte)'~' or (byte)'!' or (byte)'$' or (byte)'&' or (byte)'\'' or (byte)'(' or (byte)')'
                or (byte)'*' or (byte)'+' or (byte)',' or (byte)';' or (byte)'=':
                return true;

            case (byte)'%':
                return state == State.Name;

            case (byte)'[' when at == 0:
                state = State.Literal;
                return true;

            case (byte)':':
                if (state == State.Name)
                {
                    length = at;
                    state = State.Port;
                }

                return true;

            case (byte)']' when state == State.Literal:
                length = at + 1;
                state = State.AfterLiteral;
                return true;

            default:
                return false;
        }
    }
}
