using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Hawser.IO.Native;

namespace Hawser.Gateway.Phases.Access;

/// <summary>Whether a password is the one a hash was made of.</summary>
public enum PasswordMatch : byte
{
    No,
    Yes,

    /// <summary>The system's crypt(3) is missing or refused the hash.</summary>
    Failed,
}

/// <summary>
/// The hashes of nginx's <c>auth_basic_user_file</c>: <c>{PLAIN}</c>, <c>{SHA}</c> and <c>{SSHA}</c> (RFC 2307), <c>$apr1$</c> of Apache's
/// htpasswd, and everything that crypt(3) of the system knows.
/// </summary>
[SuppressMessage("Security", "CA5350", Justification = "The file's owner has chosen the hash.")]
[SuppressMessage("Security", "CA5351", Justification = "The file's owner has chosen the hash.")]
public static class PasswordHash
{
    private const int Sha1Length = 20;

    private static ReadOnlySpan<byte> Plain => "{PLAIN}"u8;

    private static ReadOnlySpan<byte> SaltedSha => "{SSHA}"u8;

    private static ReadOnlySpan<byte> Sha => "{SHA}"u8;

    /// <summary>Checking takes long enough to keep a loop from its other connections: from half a millisecond to, with bcrypt, seconds.</summary>
    public static bool IsSlow(ReadOnlySpan<byte> hash) => !hash.StartsWith(Plain) && !hash.StartsWith(SaltedSha) && !hash.StartsWith(Sha);

    public static PasswordMatch Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> password)
    {
        // For crypt(3) and in nginx a password ends at a zero byte.
        int end = password.IndexOf((byte)0);
        if (end >= 0) password = password[..end];
        if (hash.StartsWith(Plain)) return Same(hash[Plain.Length..], password);
        if (hash.StartsWith(SaltedSha)) return VerifySha(hash[SaltedSha.Length..], password);
        if (hash.StartsWith(Sha)) return VerifySha(hash[Sha.Length..], password, saltAllowed: false);
        if (hash.StartsWith(ApacheMd5.Prefix)) return Same(hash, ApacheMd5.Hash(password, hash));
        return PasswordCrypt.Hash(password, hash) is { } made ? Same(hash, made) : PasswordMatch.Failed;
    }

    private static PasswordMatch VerifySha(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> password, bool saltAllowed = true)
    {
        byte[] decoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(encoded.Length) + password.Length + Sha1Length);
        try
        {
            if (Base64.DecodeFromUtf8(encoded, decoded, out _, out int length) != OperationStatus.Done || length < Sha1Length) return PasswordMatch.No;
            if (!saltAllowed && length != Sha1Length) return PasswordMatch.No;
            ReadOnlySpan<byte> stored = decoded.AsSpan(0, Sha1Length);
            Span<byte> salted = new byte[password.Length + length - Sha1Length];
            password.CopyTo(salted);
            decoded.AsSpan(Sha1Length, length - Sha1Length).CopyTo(salted[password.Length..]);
            Span<byte> made = stackalloc byte[Sha1Length];
            SHA1.HashData(salted, made);
            return Same(stored, made);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded, clearArray: true);
        }
    }

    // In a time that does not tell how much of it was right.
    private static PasswordMatch Same(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> made) =>
        CryptographicOperations.FixedTimeEquals(stored, made) ? PasswordMatch.Yes : PasswordMatch.No;
}
