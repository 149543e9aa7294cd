using System.Text;
using Hawser.Protocols.Http1;

namespace Hawser.Protocols.Tests.Http1;

public sealed class AcceptEncodingTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("gzip, deflate")]
    [InlineData("deflate,gzip")]
    [InlineData("deflate, gzip ;q=1")]
    [InlineData("gzip;q=1")]
    [InlineData("gzip;q=1.000")]
    [InlineData("gzip;q=0.001")]
    [InlineData("gzip; q=0.5, identity")]
    [InlineData("x-gzip, gzip")]
    [InlineData("gzip;")]
    public void AllowsGzip_NamedWithWeight_IsTrue(string value) => Assert.True(AcceptEncoding.AllowsGzip(Encoding.Latin1.GetBytes(value)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("deflate")]
    [InlineData("x-gzip")]
    [InlineData("gzipped")]
    [InlineData("gzip;q=0")]
    [InlineData("gzip;q=0.000")]
    [InlineData("gzip;q=1.001")]
    [InlineData("gzip;q=0.0001")]
    [InlineData("gzip;q=2")]
    [InlineData("gzip;q=")]
    [InlineData("gzip;q=a")]
    [InlineData("gzip;x=1")]
    [InlineData("gzip/1")]
    public void AllowsGzip_NotNamedOrWithoutWeight_IsFalse(string value) => Assert.False(AcceptEncoding.AllowsGzip(Encoding.Latin1.GetBytes(value)));
}
