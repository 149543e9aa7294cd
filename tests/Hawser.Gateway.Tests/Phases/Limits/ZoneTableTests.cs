using System.Text;
using Hawser.Gateway.Phases.Limits;

namespace Hawser.Gateway.Tests.Phases.Limits;

public sealed class ZoneTableTests
{
    [Fact]
    public void Table_RandomOperations_AgreesWithADictionary()
    {
        var random = new Random(20261127);
        var table = new ZoneTable<int>(1 << 20, 40);
        var model = new Dictionary<string, int>();
        for (int i = 0; i < 20_000; i++)
        {
            string name = $"key {random.Next(300)}";
            byte[] key = Encoding.ASCII.GetBytes(name);
            int found = table.Find(key);
            Assert.Equal(model.ContainsKey(name), found >= 0);
            if (found < 0)
            {
                found = table.Add(key);
                table[found] = i;
                model[name] = i;
            }
            else if (random.Next(2) == 0)
            {
                Assert.Equal(model[name], table[found]);
                table.Touch(found);
            }
            else
            {
                table.Remove(found);
                model.Remove(name);
            }
            Assert.Equal(model.Count, table.Count);
        }
    }

    [Fact]
    public void Oldest_TouchedEntries_IsTheOneUsedLongestAgo()
    {
        var table = new ZoneTable<int>(1 << 20, 40);
        int a = table.Add("a"u8);
        int b = table.Add("b"u8);
        int c = table.Add("c"u8);
        Assert.Equal(a, table.Oldest);

        table.Touch(a);
        Assert.Equal(b, table.Oldest);
        table.Remove(b);
        Assert.Equal(c, table.Oldest);
        table.Remove(c);
        Assert.Equal(a, table.Oldest);
        table.Remove(a);
        Assert.Equal(-1, table.Oldest);
    }

    [Theory]
    [InlineData(32 * 1024, 4, 64, 7 * 4096 / 64)]
    [InlineData(32 * 1024, 60, 128, 7 * 4096 / 128)]
    [InlineData(1 << 20, 5000, 8192, 254 * 4096 / 8192)]
    public void Add_UntilFull_HoldsWhatTheSizeGrants(int size, int keyLength, int chunk, int expected)
    {
        Assert.True(chunk > 0);
        var table = new ZoneTable<int>(size, 40);
        byte[] key = new byte[keyLength];
        int added = 0;
        while (added <= expected)
        {
            BitConverter.TryWriteBytes(key, added);
            if (table.Add(key) < 0) break;
            added++;
        }
        Assert.Equal(expected, added);
    }
}
