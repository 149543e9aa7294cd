using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9110 §13 as nginx evaluates it (ngx_http_not_modified_filter_module, ngx_http_range_filter_module).</summary>
public sealed class ConditionalRequestTests
{
    private const long Modified = 784111777;

    [Theory]
    [InlineData("\"a\"", "\"a\"", true, true)]
    [InlineData("*", "\"a\"", true, true)]
    [InlineData("*", "", true, true)]
    [InlineData("\"a\"", "", false, false)]
    [InlineData("\"b\"", "\"a\"", false, false)]
    [InlineData("\"b\", \"a\"", "\"a\"", true, true)]
    [InlineData("\"b\" ,\t\"a\" , \"c\"", "\"a\"", true, true)]
    [InlineData("W/\"a\"", "\"a\"", true, false)]
    [InlineData("\"a\"", "W/\"a\"", true, false)]
    [InlineData("W/\"a\"", "W/\"a\"", true, true)]
    [InlineData("\"b\",W/\"a\"", "W/\"a\"", true, true)]
    [InlineData("\"a\"x", "\"a\"", false, false)]
    [InlineData("\"a\" x, \"a\"", "\"a\"", true, true)]
    [InlineData("a", "\"a\"", false, false)]
    [InlineData("\"A\"", "\"a\"", false, false)]
    [InlineData("", "\"a\"", false, false)]
    [InlineData(",,\"a\"", "\"a\"", true, true)]
    public void EntityTagMatches_List_ComparesWeaklyOrStrongly(string list, string etag, bool weakly, bool strongly)
    {
        Assert.Equal(weakly, ConditionalRequest.EntityTagMatches(Wire.Bytes(list), Wire.Bytes(etag), weak: true));
        Assert.Equal(strongly, ConditionalRequest.EntityTagMatches(Wire.Bytes(list), Wire.Bytes(etag), weak: false));
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", IfModifiedSinceMode.Exact, false)]
    [InlineData("Sun, 06 Nov 1994 08:49:38 GMT", IfModifiedSinceMode.Exact, true)]
    [InlineData("Sun, 06 Nov 1994 08:49:36 GMT", IfModifiedSinceMode.Exact, true)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", IfModifiedSinceMode.Before, false)]
    [InlineData("Sun, 06 Nov 1994 08:49:38 GMT", IfModifiedSinceMode.Before, false)]
    [InlineData("Sun, 06 Nov 1994 08:49:36 GMT", IfModifiedSinceMode.Before, true)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", IfModifiedSinceMode.Off, true)]
    [InlineData("nonsense", IfModifiedSinceMode.Exact, true)]
    [InlineData("nonsense", IfModifiedSinceMode.Before, true)]
    public void IsModifiedSince_Date_DependsOnTheMode(string value, IfModifiedSinceMode mode, bool expected)
    {
        Assert.Equal(expected, ConditionalRequest.IsModifiedSince(Wire.Bytes(value), Modified, mode));
        Assert.True(ConditionalRequest.IsModifiedSince(Wire.Bytes(value), null, mode));
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", true)]
    [InlineData("Sun, 06 Nov 1994 08:49:38 GMT", true)]
    [InlineData("Sun, 06 Nov 1994 08:49:36 GMT", false)]
    [InlineData("nonsense", false)]
    public void IsUnmodifiedSince_Date_MustNotBeOlder(string value, bool expected)
    {
        Assert.Equal(expected, ConditionalRequest.IsUnmodifiedSince(Wire.Bytes(value), Modified));
        Assert.False(ConditionalRequest.IsUnmodifiedSince(Wire.Bytes(value), null));
    }

    [Theory]
    [InlineData("\"a\"", "\"a\"", true)]
    [InlineData("W/\"a\"", "W/\"a\"", true)] // nginx compares the bytes
    [InlineData("W/\"a\"", "\"a\"", false)]
    [InlineData("\"a\"", "", false)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", "\"a\"", true)]
    [InlineData("Sun, 06 Nov 1994 08:49:38 GMT", "\"a\"", false)]
    [InlineData("nonsense", "\"a\"", false)]
    public void IfRangeHolds_TagOrDate_MustBeTheSame(string value, string etag, bool expected)
        => Assert.Equal(expected, ConditionalRequest.IfRangeHolds(Wire.Bytes(value), Wire.Bytes(etag), Modified));

    [Fact]
    public void IfRangeHolds_DateWithoutLastModified_DoesNot()
        => Assert.False(ConditionalRequest.IfRangeHolds("Sun, 06 Nov 1994 08:49:37 GMT"u8, default, null));
}
