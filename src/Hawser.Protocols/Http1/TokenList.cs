namespace Hawser.Protocols.Http1;

/// <summary>Searches comma-separated lists of tokens (RFC 9110 §5.6.1), as in Connection and Upgrade.</summary>
public static class TokenList
{
    /// <summary>Whether <paramref name="token"/> is a member of the list, in any case.</summary>
    /// <param name="list">A field's value; empty members and white space around members are allowed.</param>
    /// <param name="token">The token, without parameters or a version.</param>
    public static bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        while (true)
        {
            var comma = list.IndexOf((byte)',');
            var member = comma < 0 ? list : list[..comma];
            if (AsciiText.EqualsIgnoreCase(member.Trim(" \t"u8), token))
                return true;

            if (comma < 0)
                return false;

            list = list[(comma + 1)..];
        }
    }

    /// <summary>
    /// Whether <paramref name="word"/> stands anywhere in the value, in any case: how nginx itself reads Connection.
    /// </summary>
    /// <param name="value">A field's value.</param>
    /// <param name="word">The word, letters in lower case, not empty.</param>
    public static bool ContainsAnywhere(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word)
        => AsciiText.IndexOfIgnoreCase(value, word) >= 0;
}
