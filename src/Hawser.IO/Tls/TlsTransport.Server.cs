using Hawser.IO.Native;

namespace Hawser.IO.Tls;

/// <summary>What only the server's side has: the switch to another context, early data.</summary>
public sealed unsafe partial class TlsTransport
{
    private const int MostEarlyData = 16384;

    private byte[]? _earlyData;  // plaintext that came before the handshake was done
    private int _earlyStart;
    private int _earlyEnd;
    private bool _earlyDataDone;
    private bool _hasSlowKey;
    private bool _isSignatureDue;

    /// <summary>The response about a certificate that the client has asked for, and got if there was one: the time to look for a newer one.</summary>
    public TlsStaple? AskedStaple { get; set; }

    /// <summary>A thread other than the loop's is at it.</summary>
    internal bool IsBesideLoop { get; private set; }

    /// <summary>Takes the settings of the server that the client has named, its certificates among them. Before the server's answer only.</summary>
    public void SwitchContext(TlsContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (ReferenceEquals(context, Context)) return;
        nint target = context.Handle;
        if (LibSsl.SSL_set_SSL_CTX(_ssl, target) == 0) throw TlsErrors.Failure("SSL_set_SSL_CTX() failed");
        // That switches the certificates; what else belongs to a server is taken over by hand.
        LibSsl.SSL_set_verify(_ssl, LibSsl.SSL_CTX_get_verify_mode(target), LibSsl.SSL_CTX_get_verify_callback(target));
        LibSsl.SSL_set_verify_depth(_ssl, LibSsl.SSL_CTX_get_verify_depth(target));
        ulong options = LibSsl.SSL_CTX_get_options(target);
        _ = LibSsl.SSL_clear_options(_ssl, LibSsl.SSL_get_options(_ssl) & ~options);
        _ = LibSsl.SSL_set_options(_ssl, options);
        if (context.RecordSize > 0) _ = LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_SET_MAX_SEND_FRAGMENT, context.RecordSize, null);
        Context = context;
    }

    /// <summary>Gives this connection a certificate of its own.</summary>
    /// <exception cref="TlsException">OpenSSL refuses them: they do not belong together, for example.</exception>
    public void UseCertificate(TlsCertificate certificate, TlsKey key)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        if (LibSsl.SSL_use_certificate(_ssl, certificate.Own) == 0) throw TlsErrors.Failure($"SSL_use_certificate(\"{certificate.Source}\") failed");
        if (LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_CHAIN, 1, (void*)certificate.Rest) == 0) throw TlsErrors.Failure($"SSL_set0_chain(\"{certificate.Source}\") failed");
        if (LibSsl.SSL_use_PrivateKey(_ssl, key.Handle) == 0) throw TlsErrors.KeyFailure($"SSL_use_PrivateKey(\"{key.Source}\") failed");
        GC.KeepAlive(certificate);
        GC.KeepAlive(key);
        _hasSlowKey = key.IsSlow;
    }

    /// <summary>
    /// Goes on after <see cref="TlsProgress.NeedsTime"/>, on a thread that may be busy for milliseconds. Until it returns nobody else may touch the
    /// transport. Nothing of the gateway is called meanwhile: the server is chosen, its certificates are loaded.
    /// </summary>
    public TlsProgress AdvanceBesideLoop()
    {
        TlsPump pumpOfLoop = _pump;
        TlsPump pump = TlsPump.Rent();
        IsBesideLoop = true;
        UsePump(pump);
        try
        {
            return Advance();
        }
        finally
        {
            UsePump(pumpOfLoop);
            IsBesideLoop = false;
            pumpOfLoop.Buffers.TakeOver(pump.Buffers);
            TlsPump.Return(pump);
        }
    }

    /// <summary>The next thing is the signature. True: with one of the keys it takes too long for a loop.</summary>
    internal bool LeaveForSignature() => _isSignatureDue = _hasSlowKey || Context.HasSlowKey;

    private void UsePump(TlsPump pump)
    {
        _pump = pump;
        LibCrypto.BIO_set_data(LibSsl.SSL_get_rbio(_ssl), pump.Io);
    }

    /// <summary>
    /// Early data is kept until the handshake is done, so nothing acts upon what somebody may have recorded and sent again (RFC 8470 §3; docs/decisions/0033).
    /// </summary>
    private int ReadEarlyData()
    {
        while (true)
        {
            _earlyData ??= _pump.Buffers.Rent(MostEarlyData);
            nuint read;
            int result;
            fixed (byte* start = _earlyData) result = LibSsl.SSL_read_early_data(_ssl, start + _earlyEnd, (nuint)(_earlyData.Length - _earlyEnd), &read);
            switch (result)
            {
                case LibSsl.SSL_READ_EARLY_DATA_SUCCESS:
                    _earlyEnd += (int)read;
                    continue;
                case LibSsl.SSL_READ_EARLY_DATA_FINISH:
                    _earlyEnd += (int)read;
                    _earlyDataDone = true;
                    if (_earlyEnd == 0) DropEarlyData();
                    return LibSsl.SSL_do_handshake(_ssl);
                default:
                    return -1;
            }
        }
    }

    private int TakeEarlyData(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _earlyEnd - _earlyStart);
        _earlyData.AsSpan(_earlyStart, count).CopyTo(buffer);
        _earlyStart += count;
        if (_earlyStart == _earlyEnd) DropEarlyData();
        return count;
    }

    private void DropEarlyData()
    {
        if (_earlyData is not null) _pump.Buffers.Return(_earlyData);
        _earlyData = null;
        _earlyStart = _earlyEnd = 0;
    }
}
