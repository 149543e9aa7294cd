using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>URIs of internal redirects (ngx_http_parse_unsafe_uri).</summary>
public sealed class InternalUriTests
{
    [Theory]
    [InlineData("/a", "/a", "")]
    [InlineData("/a?b=c%20d", "/a", "b=c%20d")]
    [InlineData("/a%20b", "/a b", "")]
    [InlineData("/a%3Fb?c", "/a?b", "c")]
    [InlineData("/a/./b//c", "/a/./b//c", "")]
    [InlineData("/a/..b/c..", "/a/..b/c..", "")]
    [InlineData("/..a", "/..a", "")]
    [InlineData("relative", "relative", "")]
    [InlineData("/a?../..", "/a", "../..")]
    [InlineData("/a?", "/a", "")]
    [InlineData("/a%2", "/a", "")]
    [InlineData("/a%zz", "/azz", "")]
    public void TryParse_SafeUri_IsDecodedOnce(string uri, string path, string args)
    {
        var output = new byte[uri.Length];

        Assert.True(InternalUri.TryParse(Wire.Bytes(uri), output, out var length, out var range));
        Assert.Equal(path, Wire.Text(output.AsSpan(0, length)));
        Assert.Equal(args, Wire.Text(range.Of(Wire.Bytes(uri))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?a")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("/..")]
    [InlineData("/a/..")]
    [InlineData("/a/../b")]
    [InlineData("/a/..?b")]
    [InlineData("/a\0b")]
    [InlineData("/%2e%2e")]
    [InlineData("/a%2f..%2fb")]
    [InlineData("%2e%2e/a")]
    [InlineData("/a%00")]
    [InlineData("%")]
    public void TryParse_UnsafeUri_IsRefused(string uri)
        => Assert.False(InternalUri.TryParse(Wire.Bytes(uri), new byte[uri.Length], out _, out _));
}
