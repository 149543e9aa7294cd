using System.Net;
using Hawser.Protocols.Dns;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Dns;

public sealed class DnsReplyTests
{
    [Fact]
    public void Reply_WithAddresses_GivesThemInOrderWithTheSmallestLifetime()
    {
        var reply = Parse(new DnsMessages().Address("192.0.2.1", 300).Address("192.0.2.2", 20).Build());

        Assert.Equal(["192.0.2.1", "192.0.2.2"], reply.Addresses.Select(a => a.ToString()));
        Assert.Equal(20u, reply.TimeToLive);
        Assert.Equal("example.com", reply.Name);
        Assert.Equal(0x1234, reply.Id);
    }

    [Fact]
    public void Reply_WithIPv6Addresses_IsRead()
    {
        var reply = Parse(new DnsMessages { Type = DnsRecordType.Aaaa }.Address("2001:db8::1").Build());

        Assert.Equal(IPAddress.Parse("2001:db8::1"), Assert.Single(reply.Addresses));
    }

    [Fact]
    public void Name_InAnyCase_IsLowered() => Assert.Equal("example.com", Parse(new DnsMessages { Name = "eXample.COM" }.Address("192.0.2.1").Build()).Name);

    [Fact]
    public void Reply_ThatFollowsTheAliasItself_HasAddressesAndTheirName()
    {
        var reply = Parse(new DnsMessages().CName("www.example.net", 5).Address("192.0.2.1", 60, "www.example.net").Build());

        Assert.Equal("www.example.net", reply.CanonicalName);
        Assert.Single(reply.Addresses);
        Assert.Equal(5u, reply.TimeToLive);
    }

    [Fact]
    public void Service_WithPriorities_IsRead()
    {
        var reply = Parse(new DnsMessages { Type = DnsRecordType.Srv, Name = "_http._tcp.example.com" }.Service(10, 5, 8080, "a.Example.com").Build());

        Assert.Equal(new DnsService(10, 5, 8080, "a.example.com"), Assert.Single(reply.Services));
    }

    [Fact]
    public void Lifetime_WithTheHighestBit_CountsAsNone() =>
        Assert.Equal(0u, Parse(new DnsMessages().Address("192.0.2.1", 0x80000000).Build()).TimeToLive);

    [Fact]
    public void OtherRecords_BetweenAddresses_AreSkipped() =>
        Assert.Single(Parse(new DnsMessages().Record((DnsRecordType)46, 60, [1, 2, 3]).Address("192.0.2.1").Build()).Addresses);

    [Fact]
    public void TruncatedReply_WithRecords_KeepsTheQuestionAlone()
    {
        var reply = Parse(new DnsMessages { Flags = 0x8380 }.Address("192.0.2.1").Build());

        Assert.True(reply.IsTruncated);
        Assert.Empty(reply.Addresses);
    }

    [Theory]
    [InlineData(0x8182, DnsResponseCode.ServerFailure)]
    [InlineData(0x8183, DnsResponseCode.NameError)]
    [InlineData(0x8185, DnsResponseCode.Refused)]
    public void ErrorReply_WithQuestion_SaysWhatAndAboutWhom(int flags, DnsResponseCode code)
    {
        var reply = Parse(new DnsMessages { Flags = (ushort)flags }.Build());

        Assert.Equal(code, reply.Code);
        Assert.Equal("example.com", reply.Name);
    }

    [Fact]
    public void FormatError_WithoutQuestion_IsAReply() => Assert.Equal(DnsResponseCode.FormatError, Parse([0, 7, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]).Code);

    [Theory]
    [InlineData(0x0180)] // a query
    [InlineData(0x8980)] // another opcode
    [InlineData(0x81C0)] // a reserved bit
    public void Message_ThatIsNoReply_IsRefused(int flags) =>
        Assert.Equal(DnsReplyError.NotAReply, Error(new DnsMessages { Flags = (ushort)flags }.Address("192.0.2.1").Build()));

    [Fact]
    public void Address_OfTheOtherFamily_IsRefused() => Assert.Equal(DnsReplyError.InvalidRecord, Error(new DnsMessages().Address("2001:db8::1").Build()));

    [Fact]
    public void Address_OfWrongLength_IsRefused() => Assert.Equal(DnsReplyError.InvalidRecord, Error(new DnsMessages().Record(DnsRecordType.A, 60, [192, 0, 2]).Build()));

    [Fact]
    public void Reply_WithUselessRecordsOnly_IsRefused() => Assert.Equal(DnsReplyError.NothingUseful, Error(new DnsMessages().Record((DnsRecordType)16, 60, [0]).Build()));

    [Fact]
    public void Alias_InACircleOfPointers_IsRefused()
    {
        // The CNAME's own data, behind question (29 bytes) and record head (12), points to itself.
        byte[] message = new DnsMessages().Record(DnsRecordType.CName, 60, [0xC0, 41]).Build();

        Assert.Equal(0xC0, message[41]);
        Assert.Equal(DnsReplyError.InvalidName, Error(message));
    }

    [Fact]
    public void Alias_WithADotInsideALabel_IsRefused() =>
        Assert.Equal(DnsReplyError.InvalidName, Error(new DnsMessages().Record(DnsRecordType.CName, 60, [3, (byte)'a', (byte)'.', (byte)'b', 0]).Build()));

    [Fact]
    public void Question_ThatIsCompressed_IsRefused()
    {
        byte[] message = new DnsMessages().Address("192.0.2.1").Build();
        message[12] = 0xC0;

        Assert.Equal(DnsReplyError.CompressedQuestion, Error(message));
    }

    [Fact]
    public void EveryPrefix_OfAReply_IsShort()
    {
        byte[] message = new DnsMessages().CName("www.example.net").Address("192.0.2.1", 60, "www.example.net").Address("192.0.2.2").Build();
        for (int length = 0; length < message.Length; length++)
        {
            var error = DnsReply.TryParse(message.AsSpan(0, length), out var reply);

            Assert.True(error == DnsReplyError.Short, $"{length} bytes: {error}");
            Assert.Null(reply);
        }
    }

    [Fact]
    public void DamagedMessages_NeverThrow_AndNeverGiveAddressesOfAnotherLength()
    {
        byte[][] messages =
        [
            new DnsMessages().CName("www.example.net").Address("192.0.2.1", 60, "www.example.net").Build(),
            new DnsMessages { Type = DnsRecordType.Aaaa }.Address("2001:db8::1").Address("2001:db8::2").Build(),
            new DnsMessages { Type = DnsRecordType.Srv, Name = "_http._tcp.example.com" }.Service(1, 2, 80, "a.example").Service(1, 2, 80, "b.example").Build(),
        ];
        var random = new Random(5);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = Mutation.Of(messages[round % messages.Length], random);
            if (DnsReply.TryParse(damaged, out var reply) != DnsReplyError.None)
                continue;

            int length = reply!.QuestionType == DnsRecordType.A ? 4 : 16;
            Assert.All(reply.Addresses, a => Assert.Equal(length, a.GetAddressBytes().Length));
            Assert.True(reply.Name.Length <= 255);
        }
    }

    private static DnsReply Parse(byte[] message)
    {
        Assert.Equal(DnsReplyError.None, DnsReply.TryParse(message, out var reply));
        return reply!;
    }

    private static DnsReplyError Error(byte[] message) => DnsReply.TryParse(message, out _);
}
