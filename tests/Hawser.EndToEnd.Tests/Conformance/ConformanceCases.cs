using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hawser.EndToEnd.Tests.Conformance;

/// <summary>The cases, by area.</summary>
internal static class ConformanceCases
{
    private const int Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        .. Framing(), .. PingsAndPongs(), .. ReservedBits(), .. ReservedOpcodes(), .. Fragmentation(), .. Utf8(), .. Closing(), .. Lengths(), .. Compressed(),
    ];

    public static IReadOnlyDictionary<string, ConformanceCase> ByName { get; } = All.ToDictionary(test => test.Name);

    private static IEnumerable<ConformanceCase> Framing()
    {
        foreach (int size in new[] { 0, 1, 2, 125, 126, 127, 128, 1000, 65535, 65536, 65537, 300_000 })
        {
            foreach (int piece in new[] { 0, 997 })
            {
                yield return new($"framing: text of {size} bytes, {Cut(piece)}", [Frame(Text, Filled(size))], piece);
                yield return new($"framing: binary of {size} bytes, {Cut(piece)}", [Frame(Binary, Bytes(size))], piece);
            }
        }
        yield return new("framing: a hundred small messages at once", [.. Enumerable.Range(0, 100).Select(i => Frame(Text, Filled(i)))]);
        yield return new("framing: two messages, byte by byte", [Frame(Text, Filled(5)), Frame(Binary, Bytes(130))], 1);
    }

    private static IEnumerable<ConformanceCase> PingsAndPongs()
    {
        yield return new("ping: without payload", [Frame(Ping)]);
        yield return new("ping: with text", [Frame(Ping, Utf("hello"))]);
        yield return new("ping: with bytes that are no text", [Frame(Ping, [0, 255, 254, 253, 252, 251, 0, 255])]);
        yield return new("ping: of 125 bytes", [Frame(Ping, Bytes(125))]);
        yield return new("ping: of 125 bytes, byte by byte", [Frame(Ping, Bytes(125))], 1);
        yield return new("ping: of 126 bytes", [Frame(Ping, Bytes(126))]);
        yield return new("ping: fragmented", [Frame(Ping, Utf("a"), final: false), Frame(Continuation, Utf("b"))]);
        yield return new("pong: unasked, without payload", [Frame(Pong)]);
        yield return new("pong: unasked, with payload", [Frame(Pong, Utf("unasked"))]);
        yield return new("pong: unasked, then a ping", [Frame(Pong, Utf("unasked")), Frame(Ping, Utf("asked"))]);
        yield return new("pong: like one of the gateway's, unasked", [Frame(Pong, [.. "hwsr"u8, 1, 2, 3, 4]), Frame(Text, Utf("after"))]);
        yield return new("pong: of 126 bytes", [Frame(Pong, Bytes(126))]);
        yield return new("ping: ten at once", [.. Enumerable.Range(0, 10).Select(i => Frame(Ping, Utf($"ping {i}")))]);
        yield return new("ping: ten, byte by byte", [.. Enumerable.Range(0, 10).Select(i => Frame(Ping, Utf($"ping {i}")))], 1);
        yield return new("ping: between messages", [Frame(Text, Utf("one")), Frame(Ping, Utf("?")), Frame(Text, Utf("two"))]);
        yield return new("ping: between fragments", [Frame(Text, Utf("on"), final: false), Frame(Ping, Utf("?")), Frame(Continuation, Utf("e"))]);
        yield return new("ping: between fragments, byte by byte", [Frame(Text, Utf("on"), final: false), Frame(Ping, Utf("?")), Frame(Continuation, Utf("e"))], 1);
    }

    private static IEnumerable<ConformanceCase> ReservedBits()
    {
        for (int bits = 1; bits < 8; bits++)
        {
            yield return new($"reserved bits {bits}: on a text", [Frame(Text, Utf("x"), reserved: bits)]);
            yield return new($"reserved bits {bits}: on a binary behind a good message", [Frame(Text, Utf("good")), Frame(Binary, Bytes(5), reserved: bits), Frame(Ping)]);
            yield return new($"reserved bits {bits}: on a ping, byte by byte", [Frame(Text, Utf("good")), Frame(Ping, Utf("p"), reserved: bits)], 1);
            yield return new($"reserved bits {bits}: on a close", [Frame(Close, Code(1000), reserved: bits)]);
            yield return new($"reserved bits {bits}: on a continuation", [Frame(Text, Utf("a"), final: false), Frame(Continuation, Utf("b"), reserved: bits)]);
        }
    }

    private static IEnumerable<ConformanceCase> ReservedOpcodes()
    {
        foreach (int opcode in new[] { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 })
        {
            yield return new($"opcode {opcode}: empty", [Frame(opcode)]);
            yield return new($"opcode {opcode}: behind a good message, ping after it", [Frame(Text, Utf("good")), Frame(opcode, Utf("what")), Frame(Ping)]);
            yield return new($"opcode {opcode}: byte by byte", [Frame(Text, Utf("good")), Frame(opcode, Utf("what"))], 1);
        }
    }

    private static IEnumerable<ConformanceCase> Fragmentation()
    {
        foreach (int piece in new[] { 0, 1 })
        {
            string cut = Cut(piece);
            yield return new($"fragments: two, {cut}", [Frame(Text, Utf("frag"), final: false), Frame(Continuation, Utf("ment"))], piece);
            yield return new($"fragments: empty first, {cut}", [Frame(Text, final: false), Frame(Continuation, Utf("ment"))], piece);
            yield return new($"fragments: empty last, {cut}", [Frame(Text, Utf("frag"), final: false), Frame(Continuation)], piece);
            yield return new($"fragments: all empty, {cut}", [Frame(Text, final: false), Frame(Continuation, final: false), Frame(Continuation)], piece);
            yield return new($"fragments: five with pings between, {cut}", [.. FiveWithPings()], piece);
            yield return new($"fragments: last without a first, {cut}", [Frame(Continuation, Utf("nothing to continue"))], piece);
            yield return new($"fragments: middle without a first, {cut}", [Frame(Continuation, Utf("nothing"), final: false), Frame(Text, Utf("x"))], piece);
            yield return new($"fragments: a text within, {cut}", [Frame(Text, Utf("a"), final: false), Frame(Text, Utf("b"))], piece);
            yield return new($"fragments: a binary within, {cut}", [Frame(Text, Utf("a"), final: false), Frame(Binary, Utf("b"), final: false)], piece);
            yield return new($"fragments: a continuation behind the last, {cut}", [Frame(Text, Utf("a"), final: false), Frame(Continuation, Utf("b")), Frame(Continuation, Utf("c"))], piece);
            yield return new($"fragments: a close within, {cut}", [Frame(Text, Utf("a"), final: false), Frame(Close, Code(1000))], piece);
            yield return new($"fragments: a fragmented pong, {cut}", [Frame(Pong, Utf("a"), final: false), Frame(Continuation, Utf("b"))], piece);
            yield return new($"fragments: a fragmented close, {cut}", [Frame(Close, Code(1000), final: false)], piece);
        }
        yield return new("fragments: a thousand of one byte", [Frame(Binary, Bytes(1), final: false), .. Enumerable.Range(0, 998).Select(_ => Frame(Continuation, Bytes(1), final: false)), Frame(Continuation, Bytes(1))]);
        yield return new("fragments: three of 100,000 bytes", [Frame(Binary, Bytes(100_000), final: false), Frame(Continuation, Bytes(100_000), final: false), Frame(Continuation, Bytes(100_000))]);
    }

    private static IEnumerable<WireFrame> FiveWithPings()
    {
        for (int i = 0; i < 5; i++)
        {
            yield return Frame(i == 0 ? Text : Continuation, Utf($"part {i} "), final: i == 4);
            if (i < 4)
                yield return Frame(Ping, Utf($"{i}"));
        }
    }

    private static IEnumerable<ConformanceCase> Utf8()
    {
        (string Name, byte[] Bytes)[] texts =
        [
            ("greek", [0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xCF, 0x83, 0xCE, 0xBC, 0xCE, 0xB5]),
            ("first of two bytes", [0xC2, 0x80]), ("last of two bytes", [0xDF, 0xBF]), ("first of three bytes", [0xE0, 0xA0, 0x80]),
            ("last of three bytes", [0xEF, 0xBF, 0xBF]), ("first of four bytes", [0xF0, 0x90, 0x80, 0x80]), ("last of Unicode", [0xF4, 0x8F, 0xBF, 0xBF]),
            ("before the surrogates", [0xED, 0x9F, 0xBF]), ("behind the surrogates", [0xEE, 0x80, 0x80]), ("replacement", [0xEF, 0xBF, 0xBD]),
            ("a zero", [0x00]), ("beyond Unicode", [0xF4, 0x90, 0x80, 0x80]), ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]),
            ("six bytes", [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]), ("a lone continuation", [0x80]), ("two lone continuations", [0x80, 0xBF]),
            ("a lone first of two", [0xC3, 0x20]), ("a lone first of three", [0xE2, 0x82]), ("a lone first of four", [0xF0, 0x9F, 0x98]),
            ("FE", [0xFE]), ("FF", [0xFF]), ("an overlong slash", [0xC0, 0xAF]), ("an overlong slash in three", [0xE0, 0x80, 0xAF]),
            ("an overlong zero", [0xC0, 0x80]), ("a high surrogate", [0xED, 0xA0, 0x80]), ("a low surrogate", [0xED, 0xBF, 0xBF]),
            ("a pair of surrogates", [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80]),
        ];
        foreach ((string name, byte[] bytes) in texts)
        {
            yield return new($"utf-8: {name}", [Frame(Text, bytes)]);
            yield return new($"utf-8: {name}, a frame for every byte", [.. ByteFragments(bytes)]);
        }
    }

    private static IEnumerable<WireFrame> ByteFragments(byte[] bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            yield return Frame(i == 0 ? Text : Continuation, [bytes[i]], final: i == bytes.Length - 1);
    }

    private static IEnumerable<ConformanceCase> Closing()
    {
        foreach (int code in new[] { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999 })
            yield return new($"close: code {code}", [Frame(Close, [.. Code(code), .. "reason"u8])]);
        foreach (int code in new[] { 0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535 })
            yield return new($"close: code {code}, which must not be sent", [Frame(Close, Code(code))]);
        yield return new("close: empty", [Frame(Close)]);
        yield return new("close: one byte", [Frame(Close, [3])]);
        yield return new("close: the longest reason", [Frame(Close, [.. Code(1000), .. Filled(123)])]);
        yield return new("close: a reason too long", [Frame(Close, [.. Code(1000), .. Filled(124)])]);
        yield return new("close: a reason that is no text", [Frame(Close, [.. Code(1000), 0xFF, 0xFE])]);
        yield return new("close: byte by byte", [Frame(Close, [.. Code(1000), .. "bye"u8])], 1);
        yield return new("close: behind a message", [Frame(Text, Utf("last words")), Frame(Close, Code(1000))]);
        yield return new("close: a text after it", [Frame(Close, Code(1000)), Frame(Text, Utf("too late"))]);
        yield return new("close: a ping after it", [Frame(Close, Code(1000)), Frame(Ping)]);
        yield return new("close: twice", [Frame(Close, Code(1000)), Frame(Close, Code(1001))]);
    }

    private static IEnumerable<ConformanceCase> Lengths()
    {
        yield return new("length: 16 bits for 5", [Frame(Text, Filled(5)) with { LengthBytes = 2 }]);
        yield return new("length: 64 bits for 5", [Frame(Text, Filled(5)) with { LengthBytes = 8 }]);
        yield return new("length: 64 bits for 126", [Frame(Binary, Bytes(126)) with { LengthBytes = 8 }]);
        yield return new("length: 64 bits for 65535", [Frame(Binary, Bytes(65535)) with { LengthBytes = 8 }]);
        yield return new("length: highest bit set", [Frame(Binary, Bytes(4)) with { LengthBytes = 8, Length = 1UL << 63 }]);
        yield return new("length: all bits set, byte by byte", [Frame(Binary, Bytes(4)) with { LengthBytes = 8, Length = ulong.MaxValue }], 1);
        foreach (int size in new[] { 1 << 18, (1 << 18) - 10, 1 << 20, 1 << 22 })
        {
            yield return new($"length: a binary of {size} bytes", [Frame(Binary, Bytes(size))]);
            yield return new($"length: a text of {size} bytes in pieces of 60,000", [Frame(Text, Filled(size))], 60_000);
        }
    }

    /// <summary>RFC 7692. Without the extension agreed on, these are errors; the answer is the same either way.</summary>
    private static IEnumerable<ConformanceCase> Compressed()
    {
        foreach (int size in new[] { 0, 5, 125, 1000, 70_000 })
        {
            byte[] deflated = Deflate(Filled(size));
            yield return new($"compressed: {size} bytes", [Frame(Text, deflated, reserved: 4)]);
            yield return new($"compressed: {size} bytes, byte by byte or so", [Frame(Text, deflated, reserved: 4)], size > 1000 ? 100 : 1);
            yield return new($"compressed: {size} bytes in two frames with a ping between", [.. Halves(deflated)]);
        }
        yield return new("compressed: and not compressed in turn", [Frame(Text, Deflate(Filled(50)), reserved: 4), Frame(Text, Filled(50)), Frame(Binary, Deflate(Bytes(50)), reserved: 4)]);
        yield return new("compressed: what is no deflate", [Frame(Text, [0xFF, 0xFF, 0xFF, 0xFF], reserved: 4)]);
    }

    private static IEnumerable<WireFrame> Halves(byte[] deflated)
    {
        int middle = deflated.Length / 2;
        yield return Frame(Text, deflated[..middle], final: false, reserved: 4);
        yield return Frame(Ping, Utf("?"));
        yield return Frame(Continuation, deflated[middle..]);
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
            deflate.Flush(); // ends with 00 00 FF FF, which RFC 7692 §7.2.1 takes off
            byte[] flushed = output.ToArray();
            return flushed.Length < 4 ? [0] : flushed[..^4];
        }
    }

    private static WireFrame Frame(int opcode, byte[]? payload = null, bool final = true, int reserved = 0) => new(opcode, payload ?? [], final, reserved);

    private static byte[] Code(int code)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)code);
        return bytes;
    }

    private static byte[] Utf(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Filled(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)('a' + i % 26))];

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 31))];

    private static string Cut(int piece) => piece switch { 0 => "at once", 1 => "byte by byte", _ => $"in pieces of {piece}" };
}
