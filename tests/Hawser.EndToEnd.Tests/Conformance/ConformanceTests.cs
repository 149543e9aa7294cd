using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Conformance;

/// <summary>
/// Every case is answered through the gateway exactly as without it: by a server that judges the frames, and byte for byte where the server
/// itself sends them; with frames followed and without; with compression agreed on and without. One thing may be added where frames are followed:
/// a close frame with 1014 for a client whose server goes without one.
/// </summary>
public sealed class ConformanceTests(ConformanceFixture fixture) : IClassFixture<ConformanceFixture>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly string s_gone = WebSocketBytes.Encode(new(WebSocketOpcode.Close, "\u0003\u00F6upstream is gone"));

    public static IEnumerable<TheoryDataRow<string>> Cases => ConformanceCases.All.Select(test => new TheoryDataRow<string>(test.Name));

    [Fact]
    public void Cases_Together_AreMoreThanTwoHundred() => Assert.InRange(ConformanceCases.All.Count, 200, 1000);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Server_SentTheCase_AnswersAsWithoutTheGateway(string name)
    {
        ConformanceCase test = ConformanceCases.ByName[name];
        foreach (bool deflates in new[] { false, true })
        {
            string direct = await ExchangeAsync(fixture.PeerPort, "/echo", test, deflates);
            AssertSame(direct, await ExchangeAsync(fixture.Gateway.Port(), "/raw/echo", test, deflates), "raw", deflates);
            string tracked = await ExchangeAsync(fixture.Gateway.Port(), "/tracked/echo", test, deflates);
            AssertSame(direct, WithoutNotice(direct, tracked), "tracked", deflates);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Client_SentTheCaseByItsServer_GetsEveryByte(string name)
    {
        ConformanceCase test = ConformanceCases.ByName[name];
        string expected = Bytes.ToText(test.Encode(isMasked: false));
        string target = $"/push?{Uri.EscapeDataString(name)}";
        foreach (bool deflates in new[] { false, true })
        {
            AssertSame(expected, await ReceiveAsync("/raw" + target, deflates), "raw", deflates);
            AssertSame(expected, WithoutNotice(expected, await ReceiveAsync("/tracked" + target, deflates)), "tracked", deflates);
        }
    }

    /// <summary>Sends the case, and a close frame where it has none, and reads to the server's end.</summary>
    private static async Task<string> ExchangeAsync(int port, string target, ConformanceCase test, bool deflates)
    {
        await using RawClient client = await OpenAsync(port, target, deflates);
        byte[] bytes = test.Encode(isMasked: true);
        if (!test.Closes) bytes = [.. bytes, .. new WireFrame(8, [0x03, 0xE8]).Encode(isMasked: true)];
        Task<string> answer = client.ReadToEndAsync(s_patience);
        int piece = test.PieceSize == 0 ? bytes.Length : test.PieceSize;
        for (int at = 0; at < bytes.Length && client.State == ConnectionState.Open; at += piece)
            await client.SendAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
        return await answer;
    }

    private async Task<string> ReceiveAsync(string target, bool deflates)
    {
        await using RawClient client = await OpenAsync(fixture.Gateway.Port(), target, deflates);
        return await client.ReadToEndAsync(s_patience);
    }

    private static async Task<RawClient> OpenAsync(int port, string target, bool deflates)
    {
        RawClient client = await RawClient.ConnectAsync(port);
        await client.SendAsync(deflates ? WebSocketBytes.Handshake(target, "Sec-WebSocket-Extensions: permessage-deflate") : WebSocketBytes.Handshake(target));
        HttpReply? reply = await client.ReadReplyAsync(timeout: s_patience);
        Assert.Equal(101, reply?.Status);
        return client;
    }

    private static string WithoutNotice(string direct, string tracked) =>
        tracked.Length == direct.Length + s_gone.Length && tracked.EndsWith(s_gone, StringComparison.Ordinal) ? tracked[..direct.Length] : tracked;

    private static void AssertSame(string expected, string actual, string mode, bool deflates)
    {
        if (expected == actual)
            return;
        var message = new StringBuilder($"{mode}, {(deflates ? "with" : "without")} compression: {expected.Length} bytes expected, {actual.Length} received");
        int at = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        message.Append($", different from byte {at} on\nexpected: {Excerpt(expected, at)}\nreceived: {Excerpt(actual, at)}");
        Assert.Fail(message.ToString());
    }

    private static string Excerpt(string text, int at) => Bytes.Escape(text.Substring(at, Math.Min(60, text.Length - at)));
}
