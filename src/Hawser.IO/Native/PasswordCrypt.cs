using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>crypt(3) of the system's libcrypt: DES, <c>$1$</c>, <c>$5$</c>, <c>$6$</c>, bcrypt, yescrypt, whatever is installed there.</summary>
public static unsafe class PasswordCrypt
{
    // struct crypt_data: 128 KiB of tables in older libraries, 32 KiB in libxcrypt.
    private const int StateSize = 131_232;

    private static readonly delegate* unmanaged[Cdecl]<byte*, byte*, byte*, byte*> s_crypt = Find();

    /// <summary>The library is installed.</summary>
    public static bool IsAvailable => s_crypt is not null;

    /// <summary>Hashes a password as <paramref name="setting"/>, usually the stored hash, says. Takes as long as that asks for, up to seconds.</summary>
    /// <param name="password">Without zero bytes.</param>
    /// <param name="setting">Without zero bytes.</param>
    /// <returns>The hash; null when the library is missing or refuses the setting.</returns>
    public static byte[]? Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> setting)
    {
        if (s_crypt is null) return null;
        byte* state = (byte*)NativeMemory.AllocZeroed(StateSize);
        byte* texts = (byte*)NativeMemory.AllocZeroed((nuint)(password.Length + setting.Length + 2));
        try
        {
            password.CopyTo(new Span<byte>(texts, password.Length));
            byte* second = texts + password.Length + 1;
            setting.CopyTo(new Span<byte>(second, setting.Length));
            byte* hash = s_crypt(texts, second, state);
            return hash is null ? null : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(hash).ToArray();
        }
        finally
        {
            NativeMemory.Clear(texts, (nuint)password.Length);
            NativeMemory.Clear(state, StateSize);
            NativeMemory.Free(texts);
            NativeMemory.Free(state);
        }
    }

    private static delegate* unmanaged[Cdecl]<byte*, byte*, byte*, byte*> Find()
    {
        foreach (string name in (ReadOnlySpan<string>)["libcrypt.so.1", "libcrypt.so.2"])
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "crypt_r", out nint function))
                return (delegate* unmanaged[Cdecl]<byte*, byte*, byte*, byte*>)function;
        }
        return null;
    }
}
