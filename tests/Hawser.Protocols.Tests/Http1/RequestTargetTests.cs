using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 3986 §5.2.4 and §6.2.2 as nginx applies them (ngx_http_parse_complex_uri); the cases of its http_uri.t are here.</summary>
public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/foo/bar/.?args", "/foo/bar/", "args")]
    [InlineData("/foo/bar/.#frag", "/foo/bar/", "")]
    [InlineData("/foo/bar/..?args", "/foo/", "args")]
    [InlineData("/foo/bar/..#frag", "/foo/", "")]
    [InlineData("/foo/bar/.", "/foo/bar/", "")]
    [InlineData("/foo/bar/..", "/foo/", "")]
    [InlineData("/%02", "/\u0002", "")]
    [InlineData("/./a", "/a", "")]
    [InlineData("/a/./b/../c", "/a/c", "")]
    [InlineData("/a/b/../../c", "/c", "")]
    [InlineData("/a/..", "/", "")]
    [InlineData("/a/...", "/a/...", "")]
    [InlineData("/a/..b", "/a/..b", "")]
    [InlineData("/a/.b", "/a/.b", "")]
    [InlineData("//a///b", "/a/b", "")]
    [InlineData("/a//../b", "/b", "")]
    [InlineData("/%2e%2E/a/..", null, "")]
    [InlineData("/x/%2e%2E/a", "/a", "")]
    [InlineData("/x/.%2e/a", "/a", "")]
    [InlineData("/x%2f..%2fa", "/a", "")]
    [InlineData("/%2F%2f", "/", "")]
    [InlineData("/a%20b?c%20d", "/a b", "c%20d")]
    [InlineData("/a%3fb", "/a?b", "")]
    [InlineData("/a%23b", "/a#b", "")]
    [InlineData("/a%25", "/a%", "")]
    [InlineData("/a%2541", "/a%41", "")]
    [InlineData("/.%23", "/.#", "")]
    [InlineData("/a?b#c", "/a", "b")]
    [InlineData("/a?b?c#d?e", "/a", "b?c")]
    [InlineData("/a?#", "/a", "")]
    [InlineData("/a#b?c", "/a", "")]
    [InlineData("/%e4%F6", "/\u00e4\u00f6", "")]
    public void TryNormalize_Target_GivesPathAndArgs(string target, string? path, string args)
        => AssertNormalized(target, TargetFlags.None, true, path, args);

    [Theory]
    [InlineData("//a///b", "//a///b")]
    [InlineData("/a//../b", "/a/b")]
    [InlineData("/a/%2f", "/a//")]
    [InlineData("//..", "/")]
    public void TryNormalize_WithoutMergingSlashes_KeepsThem(string target, string path)
        => AssertNormalized(target, TargetFlags.None, false, path, "");

    [Theory]
    [InlineData("?args", "/", "args")]
    [InlineData("?args#frag", "/", "args")]
    [InlineData("?", "/", "")]
    public void TryNormalize_EmptyPath_IsTheRoot(string target, string path, string args)
        => AssertNormalized(target, TargetFlags.EmptyPath, true, path, args);

    [Theory]
    [InlineData("/foo/bar%")]
    [InlineData("/foo/bar%1")]
    [InlineData("/foo/bar%1?x")]
    [InlineData("/%g0")]
    [InlineData("/%0g")]
    [InlineData("/%00")]
    [InlineData("/a%00b")]
    [InlineData("/..")]
    [InlineData("/../a")]
    [InlineData("/a/../..")]
    [InlineData("/a/../../b")]
    [InlineData("//../..")]
    [InlineData("/%2e%2e/")]
    [InlineData("/..?a")]
    [InlineData("/..#a")]
    public void TryNormalize_UnsafeTarget_IsRefused(string target)
        => AssertNormalized(target, TargetFlags.None, true, null, "");

    [Theory]
    [InlineData("/a%41.b", "b")]
    [InlineData("/%41.b.c?d", "c")]
    [InlineData("/%41.b/c", "")]
    [InlineData("/.%62", "")]
    [InlineData("/%41.", "")]
    [InlineData("/%41%2eb", "b")]
    [InlineData("/a/../x.html", "html")]
    public void TryNormalize_Extension_IsThatOfTheLastSegment(string target, string extension)
    {
        var bytes = Wire.Bytes(target);
        var output = new byte[bytes.Length];

        Assert.True(RequestTarget.TryNormalize(bytes, TargetFlags.None, true, output, out var result));
        Assert.Equal(extension, Wire.Text(result.Extension.Of(output)));
    }

    [Theory]
    [InlineData("/a+b%20", TargetFlags.Quoted | TargetFlags.Plus)]
    [InlineData("/a%2bb", TargetFlags.Quoted | TargetFlags.Plus)]
    [InlineData("//a", TargetFlags.None)]
    public void TryNormalize_Flags_TellWhatWasFound(string target, TargetFlags flags)
    {
        Assert.True(RequestTarget.TryNormalize(Wire.Bytes(target), TargetFlags.None, true, new byte[target.Length], out var result));
        Assert.Equal(flags, result.Flags);
    }

    [Fact]
    public void TryNormalize_WhatTheParserCallsSimple_ChangesNothing()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 2000; i++)
        {
            var target = "/" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "/.%+?ab4#"[random.Next(9)]));
            var message = Wire.Bytes($"GET {target} HTTP/1.1\r\n");
            var parser = RequestReading.Feed(message, [message.Length]);
            if (parser.NeedsNormalization)
                continue;

            var output = new byte[target.Length];
            Assert.True(RequestTarget.TryNormalize(parser.Target.Of(message), parser.TargetFlags, true, output, out var result), target);
            Assert.Equal(Wire.Text(parser.RawPath.Of(message)), Wire.Text(output.AsSpan(0, result.PathLength)));
            Assert.Equal(Wire.Text(parser.RawArgs.Of(message)), Wire.Text(result.Args.Of(parser.Target.Of(message))));
            Assert.Equal(Wire.Text(parser.RawExtension.Of(message)), Wire.Text(result.Extension.Of(output)));
        }
    }

    private static void AssertNormalized(string target, TargetFlags flags, bool mergeSlashes, string? path, string args)
    {
        var bytes = Wire.Bytes(target);
        var output = new byte[bytes.Length]; // never longer than the input
        var ok = RequestTarget.TryNormalize(bytes, flags, mergeSlashes, output, out var result);

        Assert.Equal(path is not null, ok);
        if (!ok)
            return;

        Assert.Equal(path, Wire.Text(output.AsSpan(0, result.PathLength)));
        Assert.Equal(args, Wire.Text(result.Args.Of(bytes)));
    }
}
