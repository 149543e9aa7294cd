using System.Text;
using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>OpenSSL's queue of errors, which belongs to the thread, as text in nginx's form.</summary>
internal static unsafe class TlsErrors
{
    // Reasons that a peer can bring about as it likes, so they tell nothing of the gateway: nginx logs them at the info level. The numbers are
    // those of <openssl/sslerr.h>; alerts received begin at 1000.
    private static readonly int[] s_peerReasons =
    [
        101, 102, 103, 104, 108, 110, 111, 112, 115, 118, 122, 129, 133, 137, 145, 146, 149, 150, 151, 152, 154, 155, 156, 159, 160, 182, 183, 186,
        187, 193, 198, 205, 213, 220, 221, 226, 227, 234, 235, 244, 245, 246, 252, 253, 258, 266, 267, 270, 271, 281, 291, 292, 293, 294, 298, 300,
        306, 313, 335, 336, 337, 338, 345, 373, 376, 377, 396, 409, 443,
    ];

    /// <summary>
    /// Empties the queue into <c>what (SSL: error:0A00…:…)</c>. The text holds one byte per character, as paths and certificates may hold any.
    /// </summary>
    public static string Take(string what)
    {
        var text = new StringBuilder(what);
        if (LibCrypto.ERR_peek_error() == 0) return what;
        text.Append(" (SSL:");
        byte* buffer = stackalloc byte[256];
        byte* data;
        int flags;
        while (LibCrypto.ERR_peek_error_data(&data, &flags) is not 0 and var error)
        {
            LibCrypto.ERR_error_string_n(error, buffer, 256);
            text.Append(' ').Append(Latin1(buffer));
            if (data is not null && *data != 0 && (flags & LibCrypto.ERR_TXT_STRING) != 0) text.Append(':').Append(Latin1(data));
            _ = LibCrypto.ERR_get_error();
        }
        return text.Append(')').ToString();
    }

    public static TlsException Failure(string what) => new(Take(what));

    /// <summary>The failure of giving a certificate its key.</summary>
    public static TlsException KeyFailure(string what)
    {
        ulong error = LibCrypto.ERR_peek_last_error();
        bool isMismatch = LibCrypto.LibraryOf(error) == LibCrypto.ERR_LIB_X509 && LibCrypto.ReasonOf(error) == LibCrypto.X509_R_KEY_VALUES_MISMATCH;
        return isMismatch ? new TlsMismatchException(Take(what)) : Failure(what);
    }

    /// <summary>The newest error is one that a peer causes by what it sends.</summary>
    public static bool IsCausedByPeer()
    {
        int reason = LibCrypto.ReasonOf(LibCrypto.ERR_peek_last_error());
        return reason is >= 1000 and <= 1255 || Array.BinarySearch(s_peerReasons, reason) >= 0;
    }

    public static string Latin1(byte* text) => text is null ? "" : Encoding.Latin1.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    public static byte[] Terminated(string latin1) => Encoding.Latin1.GetBytes(latin1 + "\0");
}
