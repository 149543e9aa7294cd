using System.Buffers.Binary;
using Hawser.IO.Loop;
using Hawser.IO.Tls;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Tls;

[CollectionDefinition(nameof(HandshakeLeakTests), DisableParallelization = true)]
public sealed class HandshakeLeakCollection;

/// <summary>A handshake that is broken off anywhere, and records that are wrong, leave nothing behind outside of .NET.</summary>
[Collection(nameof(HandshakeLeakTests))]
public sealed class HandshakeLeakTests : ITlsServer, IDisposable
{
    // A leak of 32 bytes in each of hundreds of connections would be more.
    private const long Noise = 12 * 1024;

    private static readonly TestCertificate s_certificate = TestCertificate.Create("localhost");

    // The signature of an RSA key is as long every time, so a handshake has a length.
    private static readonly TestCertificate s_rsaCertificate = TestCertificate.CreateRsa(2048, "localhost");

    private readonly EventLoop _loop = new(TimeProvider.System, static error => throw new InvalidOperationException("a handler failed", error));

    [Theory]
    [InlineData(TlsProtocols.Tls12, false)]
    [InlineData(TlsProtocols.Tls13, false)]
    [InlineData(TlsProtocols.Tls12, true)]
    [InlineData(TlsProtocols.Tls13, true)]
    public void Handshake_BrokenAtEveryByte_LeavesNothing(TlsProtocols version, bool withClientCertificate)
    {
        TlsContext client = ClientContext(version, withClientCertificate);
        TlsContext server = ServerContext(version, withClientCertificate);
        long length = WholeLength(client, server);
        Assert.True(length > (withClientCertificate ? 600 : 250), $"{length} bytes");
        Measure(() =>
        {
            for (int at = 1; at <= length; at++)
            {
                Break ending = (Break)(at % 3);
                TlsProgress progress = RunBroken(client, server, at, ending);
                TlsProgress expected = at == length ? TlsProgress.Complete : ending == Break.Silence ? TlsProgress.NeedsInput : TlsProgress.Failed;
                Assert.True(progress == expected, $"{progress} instead of {expected} after {at} of {length} bytes, {ending}");
            }
        });
    }

    [Theory]
    [InlineData(TlsProtocols.Tls12)]
    [InlineData(TlsProtocols.Tls13)]
    public void Handshake_WithAnUpstreamThatBreaksOffAtEveryByte_LeavesNothing(TlsProtocols version)
    {
        TlsContext client = ClientContext(version, withCertificate: false);
        TlsContext server = ServerContext(version, asksForCertificate: false, s_rsaCertificate);
        int length = BytesForAClient(client, server);
        Assert.True(length > 1000, $"{length} bytes");
        Measure(() =>
        {
            for (int at = 1; at < length; at++)
            {
                var ending = (Break)(at % 3);
                using var handshake = new Handshake(_loop, client, server, this);
                TlsProgress progress = handshake.RunAsUpstream(at, ending);
                TlsProgress expected = ending == Break.Silence ? TlsProgress.NeedsInput : TlsProgress.Failed;
                Assert.True(progress == expected, $"{progress} instead of {expected} after {at} of {length} bytes, {ending}");
            }
        });
    }

    [Theory]
    [InlineData(TlsProtocols.Tls12)]
    [InlineData(TlsProtocols.Tls13)]
    public void Records_BrokenAfterTheHandshake_LeaveNothing(TlsProtocols version)
    {
        TlsContext client = ClientContext(version, withCertificate: false);
        TlsContext server = ServerContext(version, asksForCertificate: false);
        (string Name, byte[] Bytes)[] records =
        [
            ("application data that is not encrypted", Record(23, 0x0303, new byte[40])),
            ("application data that is too short", Record(23, 0x0303, [1])),
            ("an empty record", Record(23, 0x0303, [])),
            ("a record that is too long", Record(23, 0x0303, new byte[16384 + 2048 + 1])),
            ("a length that lies", [.. Record(23, 0x0303, new byte[40])[..25]]),
            ("half a header", [23, 3, 3]),
            ("an unknown type", Record(99, 0x0303, new byte[40])),
            ("an unknown version", Record(23, 0x0909, new byte[40])),
            ("an alert in plain text", Record(21, 0x0303, [2, 40])),
            ("a warning in plain text", Record(21, 0x0303, [1, 90])),
            ("a handshake message in plain text", Record(22, 0x0303, [0, 0, 0, 0])),
            ("a key update in plain text", Record(22, 0x0304, [24, 0, 0, 1, 1])),
            ("a change of cipher", Record(20, 0x0303, [1])),
            ("plain HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()),
        ];
        Measure(() =>
        {
            foreach ((string name, byte[] bytes) in records)
            {
                for (int i = 0; i < 30; i++) Assert.True(ReadBroken(client, server, bytes, (Break)(1 + i % 2)) <= 0, name);
            }
        });
    }

    [Fact]
    public void LivingObjects_OfAConnectionThatIsKept_AreCounted()
    {
        // The counter counts: without this, the other tests could not fail.
        string before = NativeMemory.LivingObjects;
        long bytes = NativeMemory.AllocatedBytes;
        var handshake = new Handshake(_loop, ClientContext(TlsProtocols.Tls13, false), ServerContext(TlsProtocols.Tls13, false), this);
        Assert.Equal(TlsProgress.Complete, handshake.Run(long.MaxValue, Break.Silence));
        Assert.NotEqual(before, NativeMemory.LivingObjects);
        Assert.True(NativeMemory.AllocatedBytes - bytes > 6 * 1024, $"{NativeMemory.AllocatedBytes - bytes} bytes");
        handshake.Dispose();
    }

    public void Dispose() => _loop.Dispose();

    bool ITlsServer.SelectServer(TlsTransport transport, ReadOnlySpan<byte> serverName) => true;

    bool ITlsServer.LoadCertificates(TlsTransport transport) => true;

    /// <summary>
    /// The first round allocates what is kept on purpose: buffers that have grown, OpenSSL's tables. A later one must give everything back. The runtime
    /// allocates too, when it compiles code anew, but not in every round; a leak is there in each.
    /// </summary>
    internal static void Measure(Action round)
    {
        round();
        // Contexts of earlier tests are freed by the garbage collector, when it thinks fit.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        string objects = NativeMemory.LivingObjects;
        var growths = new List<long>();
        do
        {
            long bytes = NativeMemory.AllocatedBytes;
            round();
            growths.Add(NativeMemory.AllocatedBytes - bytes);
            Assert.Equal(objects, NativeMemory.LivingObjects);
        }
        while (growths[^1] >= Noise && growths.Count < 5);
        Assert.True(growths[^1] < Noise, $"{string.Join(", ", growths)} bytes more");
    }

    private long WholeLength(TlsContext client, TlsContext server)
    {
        using var handshake = new Handshake(_loop, client, server, this);
        Assert.Equal(TlsProgress.Complete, handshake.Run(long.MaxValue, Break.Silence));
        return handshake.Passed;
    }

    /// <summary>So many bytes of the server complete the client's handshake. Tickets of TLS 1.3 may stand behind them.</summary>
    private int BytesForAClient(TlsContext client, TlsContext server)
    {
        (int enough, int notEnough) = (4096, 0);
        while (enough - notEnough > 1)
        {
            int middle = (enough + notEnough) / 2;
            using var handshake = new Handshake(_loop, client, server, this);
            if (handshake.RunAsUpstream(middle, Break.Silence) == TlsProgress.Complete) enough = middle;
            else notEnough = middle;
        }
        return enough;
    }

    private TlsProgress RunBroken(TlsContext client, TlsContext server, long at, Break ending)
    {
        using var handshake = new Handshake(_loop, client, server, this);
        return handshake.Run(at, ending);
    }

    private int ReadBroken(TlsContext client, TlsContext server, byte[] bytes, Break ending)
    {
        using var handshake = new Handshake(_loop, client, server, this);
        Assert.Equal(TlsProgress.Complete, handshake.Run(long.MaxValue, Break.Silence));
        handshake.Inject(bytes);
        handshake.BreakOff(ending);
        return handshake.ReadAtServer(new byte[4096]);
    }

    private static TlsContext ClientContext(TlsProtocols version, bool withCertificate)
    {
        var context = new TlsContext(version, isServer: false);
        if (withCertificate) Add(context, s_rsaCertificate);
        return context;
    }

    private static TlsContext ServerContext(TlsProtocols version, bool asksForCertificate, TestCertificate? certificate = null)
    {
        var context = new TlsContext(version, isServer: true);
        Add(context, certificate ?? s_certificate);
        // OpenSSL's own cache would keep each session.
        context.SetSessions(TlsSessionMode.None, 300, usesBuiltIn: false, builtInSize: null, shared: null, names: []);
        if (asksForCertificate) context.VerifyPeer(depth: 1);
        return context;
    }

    private static void Add(TlsContext context, TestCertificate pair)
    {
        using TlsCertificate certificate = TlsCertificate.Load("data:" + pair.Pem);
        using TlsKey key = TlsKey.Load("data:" + pair.KeyPem, []);
        context.AddCertificate(certificate, key);
    }

    private static byte[] Record(byte type, ushort version, byte[] content)
    {
        byte[] record = [type, 0, 0, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(1), version);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)content.Length);
        return record;
    }
}
