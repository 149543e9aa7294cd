namespace Hawser.Gateway.Exchange;

/// <summary>The browsers that <c>keepalive_disable</c> and <c>msie_padding</c> are about.</summary>
internal static class OldBrowsers
{
    /// <summary>Internet Explorer 6 and older.</summary>
    public static bool IsMsie6(ReadOnlySpan<byte> userAgent)
    {
        int at = userAgent.IndexOf("MSIE "u8);
        return at >= 0 && at + 7 <= userAgent.Length && userAgent[at + 5] is >= (byte)'1' and <= (byte)'6' && userAgent[at + 6] == '.'
            && userAgent.IndexOf("Opera"u8) < 0;
    }

    /// <summary>Internet Explorer 4 to 6, but for 6 with SP2, which unpacks without errors (<c>gzip_disable msie6</c>).</summary>
    public static bool CannotUnpack(ReadOnlySpan<byte> userAgent)
    {
        int at = userAgent.IndexOf("MSIE "u8);
        if (at < 0 || at + 7 >= userAgent.Length || userAgent[at + 6] != '.' || userAgent.IndexOf("Opera"u8) >= 0) return false;
        return userAgent[at + 5] switch
        {
            (byte)'4' or (byte)'5' => true,
            (byte)'6' => userAgent[at..].IndexOf("SV1"u8) < 0,
            _ => false,
        };
    }

    /// <summary>Safari on a Mac.</summary>
    public static bool IsSafari(ReadOnlySpan<byte> userAgent) =>
        userAgent.IndexOf("Mac OS X"u8) >= 0 && userAgent.IndexOf("Safari/"u8) >= 0 && userAgent.IndexOf("Chrome/"u8) < 0 && userAgent.IndexOf("Gecko/"u8) < 0;

    /// <summary>Internet Explorer and Chrome, which showed short error pages as their own (<c>msie_padding</c>).</summary>
    public static bool HidesErrorPages(ReadOnlySpan<byte> userAgent)
    {
        if (userAgent.IndexOf("Opera"u8) >= 0) return false;
        int msie = userAgent.IndexOf("MSIE "u8);
        if (msie >= 0 && msie + 7 < userAgent.Length) return true;
        return userAgent.IndexOf("Chrome/"u8) >= 0 && userAgent.IndexOf("Gecko/"u8) < 0;
    }
}
