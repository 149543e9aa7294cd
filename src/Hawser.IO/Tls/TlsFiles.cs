using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>
/// Certificates and lists from PEM, as nginx names their sources: a path, or <c>data:</c> with the PEM itself. Blocks while it reads.
/// </summary>
internal static unsafe class TlsFiles
{
    private const string DataPrefix = "data:";

    /// <summary>A certificate and those that certify it, the first one being its own. The caller frees the items.</summary>
    public static List<nint> LoadChain(string source)
    {
        nint bio = Open(source, $"cannot load certificate \"{source}\"");
        var chain = new List<nint>();
        try
        {
            nint own = LibCrypto.PEM_read_bio_X509_AUX(bio, null, null, null);
            if (own == 0) throw TlsErrors.Failure($"cannot load certificate \"{source}\": PEM_read_bio_X509_AUX() failed");
            chain.Add(own);
            while (LibCrypto.PEM_read_bio_X509(bio, null, null, null) is not 0 and var next) chain.Add(next);
            if (!IsEndOfFile()) throw TlsErrors.Failure($"cannot load certificate \"{source}\": PEM_read_bio_X509() failed");
            return chain;
        }
        catch
        {
            foreach (nint certificate in chain) LibCrypto.X509_free(certificate);
            throw;
        }
        finally
        {
            _ = LibCrypto.BIO_free(bio);
        }
    }

    public static List<nint> LoadRevocationLists(string path)
    {
        nint bio = Open(path, $"cannot load CRL \"{path}\"");
        var lists = new List<nint>();
        while (LibCrypto.PEM_read_bio_X509_CRL(bio, null, null, null) is not 0 and var list) lists.Add(list);
        bool isWhole = lists.Count > 0 && IsEndOfFile();
        _ = LibCrypto.BIO_free(bio);
        if (isWhole) return lists;
        foreach (nint list in lists) LibCrypto.X509_CRL_free(list);
        throw TlsErrors.Failure($"cannot load CRL \"{path}\": PEM_read_bio_X509_CRL() failed");
    }

    /// <summary>A small file as a whole.</summary>
    public static byte[] ReadAll(string path)
    {
        nint bio;
        fixed (byte* name = TlsErrors.Terminated(path))
        fixed (byte* mode = "rb"u8)
            bio = LibCrypto.BIO_new_file(name, mode);
        if (bio == 0) throw TlsErrors.Failure($"BIO_new_file(\"{path}\") failed");
        using var all = new MemoryStream();
        byte[] chunk = new byte[4096];
        fixed (byte* start = chunk)
        {
            for (int read; (read = LibCrypto.BIO_read(bio, start, chunk.Length)) > 0;) all.Write(chunk, 0, read);
        }
        _ = LibCrypto.BIO_free(bio);
        return all.ToArray();
    }

    /// <summary>A BIO over a file, or over the PEM behind <c>data:</c>.</summary>
    /// <param name="what">What an error is about.</param>
    public static nint Open(string source, string what)
    {
        nint bio;
        if (source.StartsWith(DataPrefix, StringComparison.Ordinal))
        {
            // Copied by a BIO of its own, since the text's bytes live only as long as this call.
            byte[] text = TlsErrors.Terminated(source[DataPrefix.Length..]);
            fixed (byte* bytes = text)
            {
                nint borrowed = LibCrypto.BIO_new_mem_buf(bytes, text.Length - 1);
                bio = LibCrypto.BIO_new(LibCrypto.BIO_s_mem());
                byte* chunk = stackalloc byte[1024];
                for (int read; (read = LibCrypto.BIO_read(borrowed, chunk, 1024)) > 0;) _ = LibCrypto.BIO_write(bio, chunk, read);
                _ = LibCrypto.BIO_free(borrowed);
            }
            LibCrypto.BIO_set_flags(bio, LibCrypto.BIO_FLAGS_NONCLEAR_RST); // so that it can be read again for another password
            return bio;
        }
        fixed (byte* path = TlsErrors.Terminated(source))
        fixed (byte* mode = "r"u8)
            bio = LibCrypto.BIO_new_file(path, mode);
        return bio != 0 ? bio : throw TlsErrors.Failure($"{what}: BIO_new_file() failed");
    }

    private static bool IsEndOfFile()
    {
        ulong error = LibCrypto.ERR_peek_last_error();
        if (LibCrypto.LibraryOf(error) != LibCrypto.ERR_LIB_PEM || LibCrypto.ReasonOf(error) != LibCrypto.PEM_R_NO_START_LINE) return false;
        LibCrypto.ERR_clear_error();
        return true;
    }
}
