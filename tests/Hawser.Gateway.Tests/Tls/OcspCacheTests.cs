using Hawser.Gateway.Tests.Support;
using Hawser.Gateway.Tls.Ocsp;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tests.Tls;

public sealed class OcspCacheTests
{
    private readonly ManualTime _time = new();

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void Find_UntilTheAnswerEnds_KnowsIt()
    {
        var cache = new OcspCache(10_000, _time);
        cache.Add("a"u8, new OcspAnswer(OcspStatus.Revoked, Now + 10));
        Assert.Equal(OcspStatus.Revoked, cache.Find("a"u8));
        Assert.Null(cache.Find("b"u8));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(cache.Find("a"u8));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Find_AnswerWithoutAnEnd_HoldsForAnHour()
    {
        var cache = new OcspCache(10_000, _time);
        cache.Add("a"u8, new OcspAnswer(OcspStatus.Good, long.MaxValue));
        _time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(OcspStatus.Good, cache.Find("a"u8));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(cache.Find("a"u8));
    }

    [Fact]
    public void Add_AnswerThatIsOver_KeepsNothing()
    {
        var cache = new OcspCache(10_000, _time);
        cache.Add("a"u8, new OcspAnswer(OcspStatus.Good, Now - 1));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Add_Full_ForgetsTheOldest()
    {
        var cache = new OcspCache(32_768, _time);
        for (byte i = 0; i < 200; i++) cache.Add([i], new OcspAnswer(OcspStatus.Good, Now + 100));
        Assert.Equal(128, cache.Count);
        Assert.Null(cache.Find([71]));
        Assert.Equal(OcspStatus.Good, cache.Find([72]));
        cache.Add([199], new OcspAnswer(OcspStatus.Revoked, Now + 100));
        Assert.Equal(128, cache.Count);
        Assert.Equal(OcspStatus.Revoked, cache.Find([199]));
        cache.Resize(256);
        Assert.Equal(1, cache.Count);
    }
}
