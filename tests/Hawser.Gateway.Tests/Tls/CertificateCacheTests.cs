using Hawser.Configuration.Model;
using Hawser.Gateway.Tls;
using Hawser.IO.Tls;
using Hawser.Testing;

namespace Hawser.Gateway.Tests.Tls;

public sealed class CertificateCacheTests : IDisposable
{
    private static readonly TestCertificate s_one = TestCertificate.Create("one");
    private static readonly TestCertificate s_two = TestCertificate.Create("two");

    private readonly TestDirectory _directory = new();
    private int _writes;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Certificate_WhileValid_IsKeptThoughItsFileIsReplacedOrGone()
    {
        string path = Write("a.pem", s_one.Pem);
        CertificateCache cache = Make(max: 4, valid: 60);
        TlsCertificate first = cache.Certificate(path, 100, isFresh: false);
        Write("a.pem", s_two.Pem);
        Assert.Same(first, cache.Certificate(path, 160, isFresh: false));
        File.Delete(path);
        Assert.Same(first, cache.Certificate(path, 160, isFresh: false));
    }

    [Fact]
    public void Certificate_NoLongerValid_IsReadAgainOnlyIfItsFileHasChanged()
    {
        string path = Write("a.pem", s_one.Pem);
        CertificateCache cache = Make(max: 4, valid: 1);
        TlsCertificate first = cache.Certificate(path, 100, isFresh: false);
        Assert.Same(first, cache.Certificate(path, 102, isFresh: false));
        Write("a.pem", s_two.Pem);
        Assert.Same(first, cache.Certificate(path, 103, isFresh: false)); // looked at a second ago
        TlsCertificate second = cache.Certificate(path, 104, isFresh: false);
        Assert.NotSame(first, second);
        Assert.Same(second, cache.Certificate(path, 104, isFresh: false));
    }

    [Fact]
    public void Certificate_NoLongerValidAndGone_IsForgotten()
    {
        string path = Write("a.pem", s_one.Pem);
        CertificateCache cache = Make(max: 4, valid: 1);
        cache.Certificate(path, 100, isFresh: false);
        File.Delete(path);
        Assert.Throws<TlsException>(() => cache.Certificate(path, 102, isFresh: false));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Certificate_Fresh_IsReadWhateverIsKept()
    {
        string path = Write("a.pem", s_one.Pem);
        CertificateCache cache = Make(max: 4, valid: 60);
        TlsCertificate first = cache.Certificate(path, 100, isFresh: false);
        TlsCertificate second = cache.Certificate(path, 100, isFresh: true);
        Assert.NotSame(first, second);
        Assert.Same(second, cache.Certificate(path, 100, isFresh: false));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void Certificate_Data_IsKeptForAsLongAsItIsUsed()
    {
        string data = "data:" + s_one.Pem;
        CertificateCache cache = Make(max: 4, valid: 1);
        TlsCertificate first = cache.Certificate(data, 100, isFresh: false);
        Assert.Same(first, cache.Certificate(data, 1000, isFresh: true));
    }

    [Fact]
    public void Add_BeyondMax_LetsGoWhatWasUsedLeastRecently()
    {
        string[] paths = [Write("a.pem", s_one.Pem), Write("b.pem", s_one.Pem), Write("c.pem", s_one.Pem)];
        CertificateCache cache = Make(max: 2, valid: 60);
        TlsCertificate a = cache.Certificate(paths[0], 100, isFresh: false);
        TlsCertificate b = cache.Certificate(paths[1], 100, isFresh: false);
        Assert.Same(a, cache.Certificate(paths[0], 101, isFresh: false));
        cache.Certificate(paths[2], 101, isFresh: false);
        Assert.Equal(2, cache.Count);
        Assert.Same(a, cache.Certificate(paths[0], 101, isFresh: false));
        Assert.NotSame(b, cache.Certificate(paths[1], 101, isFresh: false));
    }

    [Fact]
    public void Add_BesideWhatIsInactive_LetsTwoOfThemGo()
    {
        CertificateCache cache = Make(max: 10, valid: 60, inactive: 5);
        foreach (string name in new[] { "a", "b", "c" }) cache.Certificate(Write(name, s_one.Pem), 100, isFresh: false);
        cache.Certificate(Write("d", s_one.Pem), 105, isFresh: false);
        Assert.Equal(4, cache.Count);
        cache.Certificate(Write("e", s_one.Pem), 106, isFresh: false);
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void Key_BesideItsCertificate_IsKeptUnderTheSameName()
    {
        string path = Write("both.pem", s_one.Pem + s_one.KeyPem);
        CertificateCache cache = Make(max: 4, valid: 60);
        TlsKey key = cache.Key(path, [], 100, isFresh: false);
        cache.Certificate(path, 100, isFresh: false);
        Assert.Equal(2, cache.Count);
        Assert.Same(key, cache.Key(path, [], 100, isFresh: false));
    }

    [Fact]
    public void Key_Encrypted_IsNotKept()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var parameters = new System.Security.Cryptography.PbeParameters(
            System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000);
        string path = Write("secret.key", key.ExportEncryptedPkcs8PrivateKeyPem("pass", parameters));
        CertificateCache cache = Make(max: 4, valid: 60);
        TlsKey loaded = cache.Key(path, ["wrong"u8.ToArray(), "pass"u8.ToArray()], 100, isFresh: false);
        Assert.True(loaded.WasEncrypted);
        Assert.Equal(0, cache.Count);
        Assert.Throws<TlsException>(() => cache.Key(path, ["wrong"u8.ToArray()], 100, isFresh: false));
        Assert.Throws<TlsException>(() => cache.Key(path, [], 100, isFresh: false));
        using TlsKey stored = TlsKey.Load($"store:file:{path}", ["wrong"u8.ToArray(), "pass"u8.ToArray()]);
        Assert.True(stored.WasEncrypted);
        Assert.Contains("OSSL_STORE_load() failed", Assert.Throws<TlsException>(() => TlsKey.Load($"store:file:{path}", [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store:file:/nowhere/x.key", "cannot load certificate key \"store:file:/nowhere/x.key\": OSSL_STORE_load() failed (SSL: error:")]
    [InlineData("store:nobody:x", "cannot load certificate key \"store:nobody:x\": OSSL_STORE_load() failed (SSL: error:")]
    [InlineData("engine:pkcs11:x", "cannot load certificate key \"engine:pkcs11:x\": loading \"engine:...\" certificate keys is not supported")]
    public void Key_OfASourceThatCannotBeRead_SaysWhy(string source, string message) =>
        Assert.StartsWith(message, Assert.Throws<TlsException>(() => TlsKey.Load(source, [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Table_NextConfiguration_TakesOverWhatHasNotChanged()
    {
        string kept = Write("kept.pem", s_one.Pem);
        string changed = Write("changed.pem", s_one.Pem);
        var before = new TlsObjectTable(null);
        TlsAuthorities first = before.Authorities(kept);
        Assert.Same(first, before.Authorities(kept));
        TlsAuthorities second = before.Authorities(changed);
        Write("changed.pem", s_two.Pem);

        var after = new TlsObjectTable(before.Settled());
        Assert.Same(first, after.Authorities(kept));
        Assert.NotSame(second, after.Authorities(changed));
        Assert.NotSame(first, new TlsObjectTable(null).Authorities(kept));
    }

    [Fact]
    public void Table_KeyReplacedBesideACertificateThatWasTakenOver_ReadsBothAgain()
    {
        string certificate = Write("a.pem", s_one.Pem);
        string key = Write("a.key", s_one.KeyPem);
        var before = new TlsObjectTable(null);
        before.AddCertificate(new TlsContext(TlsProtocols.Tls13, isServer: true), certificate, key, []);
        // The certificate has changed too, but its file does not look so.
        DateTime time = File.GetLastWriteTimeUtc(certificate);
        File.WriteAllText(certificate, s_two.Pem);
        File.SetLastWriteTimeUtc(certificate, time);
        Write("a.key", s_two.KeyPem);
        new TlsObjectTable(before.Settled()).AddCertificate(new TlsContext(TlsProtocols.Tls13, isServer: true), certificate, key, []);
        Write("a.key", TestCertificate.Create("three").KeyPem);
        Assert.Throws<TlsMismatchException>(
            () => new TlsObjectTable(before.Settled()).AddCertificate(new TlsContext(TlsProtocols.Tls13, isServer: true), certificate, key, []));
    }

    private static CertificateCache Make(int max, int valid, int inactive = 3600) =>
        new(new CertificateCacheConfig(max, TimeSpan.FromSeconds(inactive), TimeSpan.FromSeconds(valid)));

    // Each writing has a time of its own, as files of the real world do.
    private string Write(string name, string content)
    {
        string path = _directory.Write(name, content);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(_writes++));
        return path;
    }
}
