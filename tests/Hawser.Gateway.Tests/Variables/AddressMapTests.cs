using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Model;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Tests.Variables;

public sealed class AddressMapTests
{
    [Fact]
    public void Find_RandomRanges_IsTheLastThatHasTheAddress()
    {
        var random = new Random(20240229);
        for (int round = 0; round < 50; round++)
        {
            GeoRange[] ranges = [.. Enumerable.Range(0, random.Next(0, 40)).Select(i => Make(random.Next(256), random.Next(256), i))];
            AddressMap map = AddressMap.From(ranges, AddressFamily.InterNetwork, ByteSlice.FromLatin1("none"));
            for (int last = 0; last < 256; last++)
            {
                byte[] address = [10, 0, 0, (byte)last];
                string expected = ranges.LastOrDefault(range => range.First.GetAddressBytes()[3] <= last && last <= range.Last.GetAddressBytes()[3])?.Value ?? "none";
                Assert.Equal(expected, map.Find(address).ToString());
            }
            Assert.Equal("none", map.Find([9, 255, 255, 255]).ToString());
            Assert.Equal("none", map.Find([10, 0, 1, 0]).ToString());
        }
    }

    [Fact]
    public void Find_AllAddresses_ReachesTheLast()
    {
        GeoRange[] ranges = [new(IPAddress.Parse("::"), IPAddress.Parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "all"), new(IPAddress.IPv6Loopback, IPAddress.IPv6Loopback, "one")];
        AddressMap map = AddressMap.From(ranges, AddressFamily.InterNetworkV6, ByteSlice.Empty);
        Assert.Equal("one", map.Find(IPAddress.IPv6Loopback.GetAddressBytes()).ToString());
        Assert.Equal("all", map.Find(ranges[0].Last.GetAddressBytes()).ToString());
        Assert.Equal("all", map.Find(ranges[0].First.GetAddressBytes()).ToString());
        Assert.Equal("", AddressMap.From(ranges, AddressFamily.InterNetwork, ByteSlice.Empty).Find([1, 2, 3, 4]).ToString());
    }

    private static GeoRange Make(int one, int other, int value) =>
        new(new IPAddress([10, 0, 0, (byte)Math.Min(one, other)]), new IPAddress([10, 0, 0, (byte)Math.Max(one, other)]), $"value {value}");
}
