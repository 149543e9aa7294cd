using System.Runtime.InteropServices;

namespace Hawser.Gateway.Tests.Tls;

/// <summary>What this process holds outside of .NET: bytes of the C library's allocator, and living objects of OpenSSL by their kind.</summary>
/// <remarks>
/// Resident memory says little about a leak: pages stay when their contents are freed. OpenSSL calls back when an object with "extra data" is
/// made and when it is freed (CRYPTO_get_ex_new_index(3)), so these are counted one by one.
/// </remarks>
internal static class NativeMemory
{
    // CRYPTO_EX_INDEX_… of <openssl/crypto.h>
    private static readonly (string Name, int Class)[] s_classes = [("SSL", 0), ("SSL_CTX", 1), ("SSL_SESSION", 2), ("X509", 3), ("BIO", 12)];

    private static readonly int[] s_alive = new int[s_classes.Length];

    // Referenced for as long as OpenSSL may call them.
    private static readonly Callback[] s_callbacks = [.. Register()];

    private delegate void Callback(nint parent, nint pointer, nint data, int index, nint number, nint argument);

    /// <summary>Bytes that malloc() has given out and not got back, over all arenas.</summary>
    public static long AllocatedBytes
    {
        get
        {
            MallInfo info = GetMallInfo();
            return (long)(info.UsedInArenas + info.Mapped);
        }
    }

    /// <summary>The number of objects made and not freed since the first call, like <c>SSL 2, BIO 4</c>.</summary>
    public static string LivingObjects
    {
        get
        {
            Assert.Equal(2 * s_classes.Length, s_callbacks.Length);
            return string.Join(", ", s_classes.Select((kind, i) => $"{kind.Name} {Volatile.Read(ref s_alive[i])}"));
        }
    }

    private static IEnumerable<Callback> Register()
    {
        for (int i = 0; i < s_classes.Length; i++)
        {
            int which = i;
            Callback made = (_, _, _, _, _, _) => Interlocked.Increment(ref s_alive[which]);
            Callback freed = (_, _, _, _, _, _) => Interlocked.Decrement(ref s_alive[which]);
            int index = GetNewIndex(
                s_classes[i].Class, 0, 0, Marshal.GetFunctionPointerForDelegate(made), 0, Marshal.GetFunctionPointerForDelegate(freed));
            Assert.True(index >= 0, "CRYPTO_get_ex_new_index() failed");
            yield return made;
            yield return freed;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MallInfo
    {
        public nuint Arena;
        public nuint FreeChunks;
        public nuint FastChunks;
        public nuint MappedRegions;
        public nuint Mapped;
        public nuint Unused;
        public nuint FreeInFastChunks;
        public nuint UsedInArenas;
        public nuint FreeInArenas;
        public nuint Releasable;
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern MallInfo GetMallInfo();

    [DllImport("libcrypto.so.3", EntryPoint = "CRYPTO_get_ex_new_index")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetNewIndex(int kind, nint number, nint argument, nint made, nint copied, nint freed);
}
