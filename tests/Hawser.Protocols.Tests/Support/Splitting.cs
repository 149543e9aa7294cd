namespace Hawser.Protocols.Tests.Support;

/// <summary>
/// Runs a reader over a message in one piece, byte by byte, and cut at every position, and insists on one and the same
/// outcome. The reader gets the offsets at which the pieces end; the last is the length of the message.
/// </summary>
internal static class Splitting
{
    public static TOutcome Everywhere<TOutcome>(byte[] message, Func<byte[], int[], TOutcome> read)
    {
        var whole = read(message, [message.Length]);
        AssertSame(whole, read(message, [.. Enumerable.Range(1, message.Length)]), message, "byte by byte");
        for (var cut = 1; cut < message.Length; cut++)
            AssertSame(whole, read(message, [cut, message.Length]), message, $"cut at {cut}");

        return whole;
    }

    /// <summary>Like <see cref="Everywhere"/> with a few random cuts instead of all: for large numbers of messages.</summary>
    public static TOutcome Randomly<TOutcome>(byte[] message, Random random, Func<byte[], int[], TOutcome> read)
    {
        var whole = read(message, [message.Length]);
        AssertSame(whole, read(message, [.. Enumerable.Range(1, message.Length)]), message, "byte by byte");
        if (message.Length > 2)
        {
            var first = random.Next(1, message.Length - 1);
            var second = random.Next(first, message.Length);
            AssertSame(whole, read(message, [first, second, message.Length]), message, $"cut at {first} and {second}");
        }

        return whole;
    }

    private static void AssertSame<TOutcome>(TOutcome whole, TOutcome split, byte[] message, string how)
    {
        if (!Equals(whole, split))
            Assert.Fail($"{Wire.Show(message)}\nin one piece: {whole}\n{how}: {split}");
    }
}
