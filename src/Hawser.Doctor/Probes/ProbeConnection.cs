using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Probes;

/// <summary>Name resolution, TCP and TLS of a probe. Each step is told as soon as it is done.</summary>
internal sealed class ProbeConnection : IDisposable
{
    private readonly ProbeTarget _target;
    private readonly string? _trusted;
    private readonly Action<ProbeStep> _tell;
    private Socket? _socket;
    private SslStream? _tls;
    private SslPolicyErrors _policyErrors;
    private X509Certificate2? _certificate;
    private X509ChainStatusFlags _chain;

    private ProbeConnection(ProbeTarget target, string? trusted, Action<ProbeStep> tell)
    {
        _trusted = trusted;
        _target = target;
        _tell = tell;
    }

    /// <summary>The bytes of the connection, decrypted.</summary>
    public Stream Stream { get; private set; } = Stream.Null;

    /// <summary>Connects; null when a step failed, which was told.</summary>
    /// <param name="trusted">A file of certificates to trust besides the system's; null for none.</param>
    /// <param name="timeout">For each of TCP and TLS.</param>
    public static async Task<ProbeConnection?> OpenAsync(
        ProbeTarget target, string? trusted, Action<ProbeStep> tell, TimeSpan timeout, CancellationToken cancellation)
    {
        var connection = new ProbeConnection(target, trusted, tell);
        if (await connection.ConnectAsync(timeout, cancellation) && (!target.IsTls || await connection.EncryptAsync(timeout, cancellation))) return connection;
        connection.Dispose();
        return null;
    }

    public void Dispose()
    {
        _tls?.Dispose();
        Stream.Dispose();
        _socket?.Dispose();
        _certificate?.Dispose();
    }

    private async Task<bool> ConnectAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(_target.Host, out IPAddress? literal) ? [literal] : await Dns.GetHostAddressesAsync(_target.Host, cancellation);
        }
        catch (SocketException unknown)
        {
            return Fail("dns.failed", ("host", _target.Host), ("why", unknown.SocketErrorCode.ToString()));
        }
        if (addresses.Length == 0) return Fail("dns.failed", ("host", _target.Host), ("why", "NoData"));
        if (!IPAddress.TryParse(_target.Host, out _))
            _tell(new ProbeStep(ProbeResult.Passed, "dns", ("host", _target.Host), ("addresses", string.Join(", ", addresses.Select(static a => a.ToString())))));
        // As browsers do: the next address where one does not answer.
        for (int i = 0; i < addresses.Length; i++)
        {
            if (await TryAddressAsync(addresses[i], isLast: i == addresses.Length - 1, timeout, cancellation)) return true;
        }
        return false;
    }

    private async Task<bool> TryAddressAsync(IPAddress address, bool isLast, TimeSpan timeout, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var watch = Stopwatch.StartNew();
        TextValue endpoint = ("endpoint", new IPEndPoint(address, _target.Port).ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(address, _target.Port, limit.Token);
            _socket = socket;
            Stream = new NetworkStream(socket, ownsSocket: false);
            _tell(new ProbeStep(ProbeResult.Passed, "tcp", endpoint, ("time", Milliseconds(watch))));
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Tell("tcp.timeout", isLast, endpoint, ("time", Seconds(timeout)), ("port", _target.PortText));
        }
        catch (SocketException refused)
        {
            string key = refused.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "tcp.refused",
                SocketError.TimedOut => "tcp.timeout",
                SocketError.ConnectionReset => "tcp.reset",
                SocketError.NetworkUnreachable or SocketError.HostUnreachable => "tcp.unreachable",
                _ => "tcp.failed",
            };
            Tell(key, isLast, endpoint, ("time", Seconds(watch.Elapsed)), ("port", _target.PortText), ("why", refused.SocketErrorCode.ToString()));
        }
        socket.Dispose();
        return false;
    }

    private async Task<bool> EncryptAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        // Every problem is looked at before the verdict: the callback only takes notes.
        _tls = new SslStream(Stream, leaveInnerStreamOpen: true, (_, certificate, chain, errors) =>
        {
            _policyErrors = errors;
            _certificate = certificate is null ? null : new X509Certificate2(certificate);
            _chain = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
            return true;
        });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await _tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = _target.Host, CertificateChainPolicy = ChainPolicy() }, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fail("tls.timeout", ("time", Seconds(timeout)), ("port", _target.PortText));
        }
        catch (Exception failed) when (failed is AuthenticationException or IOException)
        {
            string why = (failed.InnerException ?? failed).Message;
            return Fail(why.Contains("wrong version number", StringComparison.Ordinal) || why.Contains("corrupted", StringComparison.Ordinal) || failed is IOException ? "tls.plain" : "tls.failed",
                ("why", why), ("port", _target.PortText));
        }
        Stream = _tls;
        return CheckCertificate();
    }

    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (_trusted is not { } file) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.ImportFromPemFile(file);
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        policy.CustomTrustStore.AddRange(system.Certificates);
        return policy;
    }

    private bool CheckCertificate()
    {
        if (_certificate is null) return Fail("tls.failed", ("why", "no certificate"), ("port", _target.PortText));
        DateTime now = DateTime.UtcNow;
        TextValue expires = ("date", _certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        string names = string.Join(", ", Names(_certificate));
        bool fine = true;
        if (_certificate.NotAfter.ToUniversalTime() < now) fine = Fail("tls.expired", expires, ("name", names));
        else if (_certificate.NotBefore.ToUniversalTime() > now) fine = Fail("tls.early", ("date", _certificate.NotBefore.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        if ((_policyErrors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) fine = Fail("tls.name", ("host", _target.Host), ("name", names));
        X509ChainStatusFlags chain = _chain & ~(X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation);
        if (chain != X509ChainStatusFlags.NoError)
        {
            bool selfSigned = _certificate.Subject == _certificate.Issuer;
            fine = Fail(selfSigned ? "tls.selfsigned" : "tls.chain", ("why", chain.ToString()), ("issuer", _certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true)));
        }
        if (!fine) return false;
        string protocol = _tls!.SslProtocol.ToString();
        _tell(new ProbeStep(ProbeResult.Passed, "tls", ("protocol", protocol), expires, ("name", names)));
        if (_certificate.NotAfter.ToUniversalTime() < now.AddDays(14)) _tell(new ProbeStep(ProbeResult.Noted, "tls.soon", expires));
        return true;
    }

    private static string[] Names(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(static a => a.ToString())))];
        return names.Length > 0 ? names : [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];
    }

    private bool Fail(string key, params ReadOnlySpan<TextValue> values)
    {
        _tell(new ProbeStep(ProbeResult.Failed, key, values));
        return false;
    }

    private void Tell(string key, bool isLast, params ReadOnlySpan<TextValue> values) => _tell(new ProbeStep(isLast ? ProbeResult.Failed : ProbeResult.Noted, key, values));

    internal static string Milliseconds(Stopwatch watch) => string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalMilliseconds:0.0} ms");

    internal static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
