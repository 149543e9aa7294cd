using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9110 §14.2 as nginx reads it (ngx_http_range_parse). Ranges are shown with their end exclusive.</summary>
public sealed class RangeHeaderTests
{
    [Theory]
    [InlineData("bytes=0-9", "0-10")]
    [InlineData("BYTES=0-9", "0-10")]
    [InlineData("bytes=0-0", "0-1")]
    [InlineData("bytes=90-", "90-100")]
    [InlineData("bytes=90-200", "90-100")]
    [InlineData("bytes=-10", "90-100")]
    [InlineData("bytes=-200", "0-100")]
    [InlineData("bytes= 1 - 2 ", "1-3")]
    [InlineData("bytes=0-1,3-4", "0-2 3-5")]
    [InlineData("bytes=0-1 , 3-4", "0-2 3-5")]
    [InlineData("bytes=0-1,200-300", "0-2")]
    [InlineData("bytes=5-3,0-1", "0-2")]
    [InlineData("bytes=0-49,50-99", "0-50 50-100")]
    [InlineData("bytes=1-9223372036854775807", "1-100")]
    public void Parse_SatisfiableRanges_AreGivenInOrder(string value, string expected)
    {
        var (verdict, ranges) = Parse(value, 100);

        Assert.Equal(RangeVerdict.Partial, verdict);
        Assert.Equal(expected, ranges);
    }

    [Theory]
    [InlineData("bytes=100-")]
    [InlineData("bytes=200-300")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=5-3")]
    [InlineData("bytes=x")]
    [InlineData("bytes=0-1,")]
    [InlineData("bytes=,0-1")]
    [InlineData("bytes=0")]
    [InlineData("bytes=0-1x")]
    [InlineData("bytes=0-1;2-3")]
    [InlineData("bytes=--1")]
    [InlineData("bytes=- 1")]
    [InlineData("bytes=9223372036854775808-")]
    [InlineData("bytes=0-9223372036854775808")]
    public void Parse_UnsatisfiableOrMalformed_Is416(string value)
        => Assert.Equal(RangeVerdict.NotSatisfiable, Parse(value, 100).Verdict);

    [Theory]
    [InlineData("")]
    [InlineData("bytes=")]
    [InlineData("bytes0-9")]
    [InlineData("lines=0-9")]
    [InlineData("bytes =0-9")]
    [InlineData("bytes=0-99,0-0")] // together longer than the content
    public void Parse_WhatDoesNotApply_IsIgnored(string value) => Assert.Equal(RangeVerdict.Ignore, Parse(value, 100).Verdict);

    [Theory]
    [InlineData("bytes=0-", RangeVerdict.Ignore)]
    [InlineData("bytes=-5", RangeVerdict.Ignore)]
    [InlineData("bytes=1-", RangeVerdict.NotSatisfiable)]
    public void Parse_EmptyContent_HasNoRanges(string value, RangeVerdict expected)
        => Assert.Equal(expected, Parse(value, 0).Verdict);

    [Theory]
    [InlineData(0, RangeVerdict.Ignore)]
    [InlineData(1, RangeVerdict.Ignore)]
    [InlineData(2, RangeVerdict.Partial)]
    public void Parse_MoreThanMaxRanges_IsIgnored(int maxRanges, RangeVerdict expected)
        => Assert.Equal(expected, Parse("bytes=0-0,2-2", 100, maxRanges).Verdict);

    [Theory]
    [InlineData(16, RangeVerdict.Partial)]
    [InlineData(17, RangeVerdict.Ignore)]
    public void Parse_ManySmallRangesByDefault_AreIgnoredOnceTheyCostMoreThanTheContent(int count, RangeVerdict expected)
    {
        var value = "bytes=" + string.Join(',', Enumerable.Repeat("1-1", count)); // 257 bytes each against 100 + 4096

        Assert.Equal(expected, Parse(value, 100).Verdict);
        Assert.Equal(RangeVerdict.Partial, Parse(value, 100, maxRanges: 32).Verdict); // a limit of one's own turns this off
    }

    [Fact]
    public void Parse_MoreRangesThanTheSpanHolds_IsIgnored()
        => Assert.Equal(
            RangeVerdict.Ignore, RangeHeader.Parse("bytes=0-0,2-2"u8, 100, RangeHeader.Unlimited, new ContentRange[1], out _));

    private static (RangeVerdict Verdict, string Ranges) Parse(string value, long length, int maxRanges = RangeHeader.Unlimited)
    {
        var ranges = new ContentRange[32];
        var verdict = RangeHeader.Parse(Wire.Bytes(value), length, maxRanges, ranges, out var count);
        return (verdict, string.Join(' ', ranges.Take(count).Select(range => $"{range.Start}-{range.End}")));
    }
}
