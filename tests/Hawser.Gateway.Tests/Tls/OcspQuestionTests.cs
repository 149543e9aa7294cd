using Hawser.IO.Loop;
using Hawser.IO.Tls;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Tls;

/// <summary>What is asked about certificates, and what is believed of the answers. In the collection of those who count native memory.</summary>
[Collection(nameof(HandshakeLeakTests))]
public sealed class OcspQuestionTests : ITlsServer, IDisposable
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly EventLoop _loop = new(TimeProvider.System, static error => throw new InvalidOperationException("a handler failed", error));
    private readonly TestAuthority _root = new("root");
    private readonly TestAuthority _between;

    public OcspQuestionTests() => _between = new TestAuthority("between", _root, "http://root.test/");

    public void Dispose()
    {
        _between.Dispose();
        _root.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public void PeerQuestions_ChainOfThree_AskAboutAllButTheRoot()
    {
        using Handshake handshake = Shake(TlsProtocols.Tls13);
        IReadOnlyList<OcspQuestion> all = handshake.Server.PeerQuestions(ownOnly: false);
        Assert.Equal(["http://between.test/", "http://root.test/"], all.Select(q => q.ResponderUrl));
        Assert.NotEqual(all[0].CacheKey(), all[1].CacheKey());
        Assert.Equal(OcspQuestion.CacheKeyLength, all[0].CacheKey()!.Length);
        OcspQuestion own = Assert.Single(handshake.Server.PeerQuestions(ownOnly: true));
        Assert.Equal(all[0].CacheKey(), own.CacheKey());
        Assert.Equal(all[0].EncodeRequest(), own.EncodeRequest());
    }

    [Fact]
    public void TryRead_AnswerOfTheIssuer_IsBelievedAboutItsCertificatesAlone()
    {
        using Handshake handshake = Shake(TlsProtocols.Tls12);
        IReadOnlyList<OcspQuestion> questions = handshake.Server.PeerQuestions(ownOnly: false);
        ReadOnlyMemory<byte> own = TestAuthority.CertificateIdOf(questions[0].EncodeRequest());
        Assert.True(questions[0].TryRead(_between.Respond(own, Verdict.Revoked, s_day), OcspTrust.Delegated, out OcspAnswer answer, out string problem), problem);
        Assert.Equal(OcspStatus.Revoked, answer.Status);
        Assert.Equal("revoked", answer.StatusText);
        Assert.InRange(answer.ValidUntil - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 86_000, 86_400);

        // The root certifies the one in between, but has not issued the certificate.
        Assert.False(questions[0].TryRead(_root.Respond(own, Verdict.Good, s_day), OcspTrust.Delegated, out _, out problem));
        Assert.StartsWith("OCSP_basic_verify() failed (SSL: error:", problem, StringComparison.Ordinal);
        Assert.False(questions[1].TryRead(_between.Respond(own, Verdict.Good, s_day), OcspTrust.Delegated, out _, out problem));
        Assert.Equal("certificate status not found in the OCSP response", problem);
    }

    [Fact]
    public void TryRead_EveryPrefixAndEveryByteWrong_IsRefused()
    {
        using Handshake handshake = Shake(TlsProtocols.Tls13);
        OcspQuestion question = Assert.Single(handshake.Server.PeerQuestions(ownOnly: true));
        byte[] response = _between.Respond(TestAuthority.CertificateIdOf(question.EncodeRequest()), Verdict.Good, s_day);
        Assert.True(question.TryRead(response, OcspTrust.Delegated, out _, out _));
        for (int length = 0; length < response.Length; length++) Refuse(response.AsSpan(0, length));
        for (int at = 0; at < response.Length; at++)
        {
            byte[] wrong = [.. response];
            wrong[at] ^= 0x01;
            Refuse(wrong);
        }

        void Refuse(ReadOnlySpan<byte> bytes)
        {
            Assert.False(question.TryRead(bytes, OcspTrust.Delegated, out _, out string problem));
            Assert.NotEqual("", problem);
        }
    }

    [Theory]
    [InlineData(TlsProtocols.Tls12)]
    [InlineData(TlsProtocols.Tls13)]
    public void Questions_AskedAndAnswered_LeaveNothing(TlsProtocols version)
    {
        TlsContext client = ClientContext(version);
        TlsContext server = ServerContext(version);
        TlsStaple staple = server.BeginStapling()[0];
        HandshakeLeakTests.Measure(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                using var handshake = new Handshake(_loop, client, server, this);
                Assert.Equal(TlsProgress.Complete, handshake.Run(long.MaxValue, Break.Silence));
                foreach (OcspQuestion question in handshake.Server.PeerQuestions(ownOnly: false)) Ask(question);
                Ask(server.QuestionAbout(staple)!);
            }
        });

        void Ask(OcspQuestion question)
        {
            ReadOnlyMemory<byte> id = TestAuthority.CertificateIdOf(question.EncodeRequest());
            _ = question.CacheKey();
            _ = question.ResponderUrl;
            int good = (question.TryRead(_between.Respond(id, Verdict.Good, s_day), OcspTrust.Delegated, out _, out _) ? 1 : 0)
                + (question.TryRead(_root.Respond(id, Verdict.Good, s_day), OcspTrust.Chain, out _, out _) ? 1 : 0);
            Assert.True(good > 0);
            Assert.False(question.TryRead([0x30, 3, 0x0a, 1, 6], OcspTrust.Unverified, out _, out _));
            question.Dispose();
        }
    }

    bool ITlsServer.SelectServer(TlsTransport transport, ReadOnlySpan<byte> serverName) => true;

    bool ITlsServer.LoadCertificates(TlsTransport transport) => true;

    private Handshake Shake(TlsProtocols version)
    {
        var handshake = new Handshake(_loop, ClientContext(version), ServerContext(version), this);
        Assert.Equal(TlsProgress.Complete, handshake.Run(long.MaxValue, Break.Silence));
        Assert.Equal(0, handshake.Server.VerifyResult);
        return handshake;
    }

    private TlsContext ClientContext(TlsProtocols version)
    {
        var context = new TlsContext(version, isServer: false);
        Add(context, _between.Issue("client", "http://between.test/"));
        return context;
    }

    private TlsContext ServerContext(TlsProtocols version)
    {
        var context = new TlsContext(version, isServer: true);
        Add(context, _root.Issue("localhost", "http://root.test/"));
        context.SetSessions(TlsSessionMode.None, 300, usesBuiltIn: false, builtInSize: null, shared: null, names: []);
        context.VerifyPeer(depth: 2);
        using var directory = new TestDirectory();
        using TlsAuthorities authorities = TlsAuthorities.Load(directory.Write("trusted.pem", _root.Pem + _between.Pem));
        context.Trust(authorities, announce: true);
        return context;
    }

    private static void Add(TlsContext context, (string Pem, string KeyPem) pair)
    {
        using TlsCertificate certificate = TlsCertificate.Load("data:" + pair.Pem);
        using TlsKey key = TlsKey.Load("data:" + pair.KeyPem, []);
        context.AddCertificate(certificate, key);
    }
}
