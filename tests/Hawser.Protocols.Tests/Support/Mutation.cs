namespace Hawser.Protocols.Tests.Support;

/// <summary>Seeded damage to a message: bytes changed, inserted, removed, doubled, or the end cut off.</summary>
internal static class Mutation
{
    /// <summary>Bytes that mean something in HTTP/1, and some that never should.</summary>
    private const string Interesting = "\r\n \t:;,/.%?#&=+-_\"0159aAfFzZ\0\u007f\u00ff";

    public static byte[] Of(byte[] message, Random random)
    {
        var bytes = message.ToList();
        for (var count = random.Next(1, 5); count > 0 && bytes.Count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            var c = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)Interesting[random.Next(Interesting.Length)];
            switch (random.Next(6))
            {
                case 0 or 1:
                    bytes[at] = c;
                    break;
                case 2:
                    bytes.Insert(at, c);
                    break;
                case 3:
                    bytes.RemoveAt(at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)));
                    break;
                default:
                    if (random.Next(4) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
