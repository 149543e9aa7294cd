using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Loop;

public sealed class BufferPoolTests
{
    [Fact]
    public void RentedBytes_OfAnySizes_AreThoseThatAreOut()
    {
        var pool = new BufferPool();
        int[] sizes = [0, 1, 1024, 1025, 70_000, 1 << 20, (1 << 20) + 1, 3_000_000];
        for (int round = 0; round < 2; round++) // fresh ones, and those of the first round
        {
            List<byte[]> rented = [.. sizes.Select(pool.Rent)];
            Assert.All(rented.Zip(sizes), pair => Assert.True(pair.First.Length >= pair.Second));
            Assert.Equal(rented.Sum(buffer => (long)buffer.Length), pool.RentedBytes);
            foreach (byte[] buffer in rented) pool.Return(buffer);
            Assert.Equal(0, pool.RentedBytes);
        }
    }
}
