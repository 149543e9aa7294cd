using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hawser.Protocols.WebSocket;

/// <summary>
/// SHA-1 (FIPS 180-4) of the 60 bytes of a handshake's key and GUID. The framework's own would load OpenSSL into a process that may have no
/// other use for it: a megabyte. RFC 6455 names SHA-1, which proves that the server understood and protects nothing.
/// </summary>
internal static class HandshakeDigest
{
    public const int InputLength = 60;
    public const int Length = 20;

    private const int BlockLength = 64;
    private const int Rounds = 80;

    /// <param name="input"><see cref="InputLength"/> bytes: with its padding, two blocks.</param>
    public static void Compute(ReadOnlySpan<byte> input, Span<byte> digest)
    {
        Span<byte> message = stackalloc byte[2 * BlockLength];
        message.Clear();
        input[..InputLength].CopyTo(message);
        message[InputLength] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(message[^8..], InputLength * 8);

        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
        AddBlock(state, message[..BlockLength]);
        AddBlock(state, message[BlockLength..]);
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * 4)..], state[i]);
    }

    private static void AddBlock(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[Rounds];
        for (var i = 0; i < 16; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        for (var i = 16; i < Rounds; i++)
            words[i] = BitOperations.RotateLeft(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);

        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (var i = 0; i < 20; i++)
            Round(((c ^ d) & b) ^ d, 0x5A827999 + words[i], ref a, ref b, ref c, ref d, ref e);
        for (var i = 20; i < 40; i++)
            Round(b ^ c ^ d, 0x6ED9EBA1 + words[i], ref a, ref b, ref c, ref d, ref e);
        for (var i = 40; i < 60; i++)
            Round((b & c) | ((b | c) & d), 0x8F1BBCDC + words[i], ref a, ref b, ref c, ref d, ref e);
        for (var i = 60; i < Rounds; i++)
            Round(b ^ c ^ d, 0xCA62C1D6 + words[i], ref a, ref b, ref c, ref d, ref e);

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint mixed, uint word, ref uint a, ref uint b, ref uint c, ref uint d, ref uint e)
    {
        var next = BitOperations.RotateLeft(a, 5) + mixed + e + word;
        (a, b, c, d, e) = (next, a, BitOperations.RotateLeft(b, 30), c, d);
    }
}
