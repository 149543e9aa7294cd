using System.Text;
using Hawser.Gateway.Phases.Limits;

namespace Hawser.Gateway.Tests.Phases.Limits;

public sealed class ConnectionZoneTests
{
    [Fact]
    public void TryEnter_UpToTheLimit_ThenRefuses()
    {
        var zone = new ConnectionZoneState(1 << 20);
        Assert.True(zone.TryEnter("a"u8, 2, out int first, out _));
        Assert.True(zone.TryEnter("a"u8, 2, out _, out _));

        Assert.False(zone.TryEnter("a"u8, 2, out _, out bool isFull));
        Assert.False(isFull);
        Assert.True(zone.TryEnter("a"u8, 3, out int third, out _)); // another block may allow more
        Assert.True(zone.TryEnter("b"u8, 1, out _, out _));

        zone.Leave(first);
        zone.Leave(third);
        Assert.True(zone.TryEnter("a"u8, 2, out _, out _));
    }

    [Fact]
    public void Leave_Last_ForgetsTheKey()
    {
        var zone = new ConnectionZoneState(1 << 20);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(zone.TryEnter(Encoding.ASCII.GetBytes($"{i}"), 1, out int entry, out _));
            Assert.Equal(1, zone.Count);
            zone.Leave(entry);
        }
        Assert.Equal(0, zone.Count);
    }

    [Fact]
    public void TryEnter_FullZone_RefusesNewKeysOnly()
    {
        var zone = new ConnectionZoneState(32 * 1024);
        int keys = 0;
        bool isFull = false;
        while (keys < 10_000 && zone.TryEnter(Encoding.ASCII.GetBytes($"key {keys}"), 10, out _, out isFull)) keys++;

        Assert.True(isFull);
        Assert.InRange(keys, 100, 1000);
        Assert.True(zone.TryEnter("key 0"u8, 10, out _, out _));
    }

    [Fact]
    public void Release_Leases_GivesEveryPlaceBackOnce()
    {
        var zone = new ConnectionZoneState(1 << 20);
        var leases = new ConnectionLeases();
        Assert.True(zone.TryEnter("a"u8, 1, out int entry, out _));
        leases.Add(zone, entry);

        ConnectionLeases? taken = leases.Take();
        leases.Release();
        Assert.Equal(1, zone.Count);
        taken!.Release();
        taken.Release();

        Assert.Equal(0, zone.Count);
        Assert.Null(leases.Take());
    }

    [Fact]
    public void EnterAndLeave_ManyThreads_EndsEmpty()
    {
        var zone = new ConnectionZoneState(1 << 20);
        int most = 0;
        Parallel.For(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            byte[] key = [(byte)(i % 7)];
            if (!zone.TryEnter(key, 3, out int entry, out _)) return;
            Interlocked.Increment(ref most);
            zone.Leave(entry);
        });

        Assert.Equal(0, zone.Count);
        Assert.True(most > 0);
    }
}
