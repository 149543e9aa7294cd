using System.Text;
using Hawser.Gateway.Tls.Ocsp;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Tests.Tls;

public sealed class OcspReplyTests
{
    private const string Head = "HTTP/1.0 200 OK\r\nContent-Type: Application/OCSP-Response\r\n";

    [Theory]
    [InlineData(Head + "\r\nbody", true)]
    [InlineData(Head + "Content-Length: 4\r\n\r\nbody", false)]
    public void Read_EveryPrefix_WaitsUntilTheBodyIsWhole(string text, bool endsWithConnection)
    {
        byte[] message = Encoding.ASCII.GetBytes(text);
        var reply = new OcspReply(new ResponseHeadParser());
        for (int length = 1; length <= message.Length; length++)
        {
            Assert.Null(reply.Read(message.AsSpan(0, length), hasEnded: false));
            Assert.Equal(!endsWithConnection && length == message.Length, reply.IsComplete);
        }
        if (endsWithConnection) Assert.Null(reply.Read(message, hasEnded: true));
        Assert.True(reply.IsComplete);
        Assert.Equal(200, reply.Status);
        Assert.Equal("body"u8, message.AsSpan()[reply.Body]);
    }

    [Fact]
    public void Read_MoreThanContentLength_LeavesItOut()
    {
        byte[] message = Encoding.ASCII.GetBytes(Head + "Content-Length: 4\r\n\r\nbody and more");
        var reply = new OcspReply(new ResponseHeadParser());
        Assert.Null(reply.Read(message, hasEnded: false));
        Assert.Equal("body"u8, message.AsSpan()[reply.Body]);
    }

    [Theory]
    [InlineData("", "OCSP responder prematurely closed connection")]
    [InlineData("HTTP/1.0 200 OK\r\n", "OCSP responder prematurely closed connection")]
    [InlineData(Head + "Content-Length: 5\r\n\r\nbody", "OCSP responder prematurely closed connection")]
    [InlineData("<html>", "OCSP responder sent invalid response")]
    [InlineData("HTTP/1.0 200 OK\r\nA B: c\r\n\r\n", "OCSP responder sent invalid response")]
    [InlineData(Head + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody", "OCSP responder sent invalid response")]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "OCSP responder sent invalid response")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", "OCSP responder sent invalid \"Content-Type\" header: \"text/html\"")]
    public void Read_WhatIsNoResponse_SaysWhatIsWrong(string text, string problem)
    {
        byte[] message = Encoding.ASCII.GetBytes(text);
        var reply = new OcspReply(new ResponseHeadParser());
        string? found = null;
        for (int length = 1; length <= message.Length && found is null; length++) found = reply.Read(message.AsSpan(0, length), hasEnded: false);
        Assert.Equal(problem, found ?? reply.Read(message, hasEnded: true));
        Assert.False(reply.IsComplete);
    }
}
