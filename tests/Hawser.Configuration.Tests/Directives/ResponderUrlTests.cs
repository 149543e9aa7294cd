using Hawser.Configuration.Model;

namespace Hawser.Configuration.Tests.Directives;

public sealed class ResponderUrlTests
{
    [Theory]
    [InlineData("http://ocsp.example.com", "ocsp.example.com", 80, "/")]
    [InlineData("HTTP://ocsp.example.com:8080/a/b", "ocsp.example.com", 8080, "/a/b")]
    [InlineData("http://127.0.0.1/?x", "127.0.0.1", 80, "/?x")]
    [InlineData("http://127.0.0.1?x", "127.0.0.1", 80, "/?x")]
    [InlineData("http://[::1]:81/", "[::1]", 81, "/")]
    public void TryParse_Url_FindsItsParts(string text, string host, int port, string uri)
    {
        Assert.True(ResponderUrl.TryParse(text, out ResponderUrl? url, out string? problem));
        Assert.Null(problem);
        Assert.Equal((host, port, uri), (url.Address.Host, url.Address.Port, url.Uri));
    }

    [Theory]
    [InlineData("", "invalid URL prefix in OCSP responder \"\"")]
    [InlineData("http://", "invalid URL prefix in OCSP responder \"http://\"")]
    [InlineData("ldap://x", "invalid URL prefix in OCSP responder \"ldap://x\"")]
    [InlineData("http://x:0/", "invalid port in OCSP responder \"x:0/\"")]
    [InlineData("http:///path", "no host in OCSP responder \"/path\"")]
    [InlineData("http://[::1", "invalid host in OCSP responder \"[::1\"")]
    [InlineData("http://x/ HTTP/1.1\r\nA: b", "invalid character in OCSP responder \"x/ HTTP/1.1\r\nA: b\"")]
    public void TryParse_WhatIsNone_SaysWhy(string text, string expected)
    {
        Assert.False(ResponderUrl.TryParse(text, out _, out string? problem));
        Assert.Equal(expected, problem);
    }
}
