using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Hawser.Gateway.Phases.Access;

/// <summary>
/// <c>$apr1$salt$hash</c>: MD5 a thousand times over, as Apache's htpasswd does it. Like <c>$1$</c> of crypt(3) but for its name, which
/// goes into the hash.
/// </summary>
[SuppressMessage("Security", "CA5351", Justification = "The file's owner has chosen the hash.")]
public static class ApacheMd5
{
    private const int Rounds = 1000;
    private const int LongestSalt = 8;
    private const int Md5Length = 16;

    // Digits of the base-64 of crypt(3), least significant first.
    private static ReadOnlySpan<byte> Digits => "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    // Which bytes of the digest make up which group of four digits.
    private static ReadOnlySpan<byte> Groups => [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5];

    public static ReadOnlySpan<byte> Prefix => "$apr1$"u8;

    /// <summary>The whole hash, prefix and salt included.</summary>
    /// <param name="setting">A hash with the salt to use; what follows it does not matter.</param>
    public static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> setting)
    {
        ReadOnlySpan<byte> salt = setting[Prefix.Length..];
        int end = salt.IndexOf((byte)'$');
        if (end >= 0) salt = salt[..end];
        salt = salt[..Math.Min(salt.Length, LongestSalt)];
        Span<byte> digest = stackalloc byte[Md5Length];
        First(password, salt, digest);
        Stretch(password, salt, digest);
        return Encode(salt, digest);
    }

    private static void First(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> digest)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(password);
        md5.AppendData(salt);
        md5.AppendData(password);
        md5.GetHashAndReset(digest);

        md5.AppendData(password);
        md5.AppendData(Prefix);
        md5.AppendData(salt);
        for (int left = password.Length; left > 0; left -= Md5Length) md5.AppendData(digest[..Math.Min(left, Md5Length)]);
        for (int bits = password.Length; bits != 0; bits >>= 1) md5.AppendData((bits & 1) != 0 ? "\0"u8 : password[..1]);
        md5.GetHashAndReset(digest);
    }

    private static void Stretch(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> digest)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (int round = 0; round < Rounds; round++)
        {
            bool isOdd = (round & 1) != 0;
            md5.AppendData(isOdd ? password : digest);
            if (round % 3 != 0) md5.AppendData(salt);
            if (round % 7 != 0) md5.AppendData(password);
            md5.AppendData(isOdd ? digest : password);
            md5.GetHashAndReset(digest);
        }
    }

    private static byte[] Encode(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> digest)
    {
        byte[] text = new byte[Prefix.Length + salt.Length + 1 + 22];
        Prefix.CopyTo(text);
        salt.CopyTo(text.AsSpan(Prefix.Length));
        int length = Prefix.Length + salt.Length;
        text[length++] = (byte)'$';
        for (int i = 0; i < Groups.Length; i += 3)
        {
            // The last group has byte 5 for its last byte.
            int value = digest[Groups[i]] << 16 | digest[Groups[i + 1]] << 8 | digest[Groups[i + 2]];
            for (int digit = 0; digit < 4; digit++, value >>= 6) text[length++] = Digits[value & 63];
        }
        text[length++] = Digits[digest[11] & 63];
        text[length] = Digits[digest[11] >> 6];
        return text;
    }
}
