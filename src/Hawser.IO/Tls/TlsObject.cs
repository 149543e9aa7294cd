namespace Hawser.IO.Tls;

/// <summary>
/// Something of OpenSSL's that was read from a file and may be used in several places: who uses it holds references of its own, so it may be disposed
/// of, or forgotten, at any time. Any thread.
/// </summary>
public abstract class TlsObject : IDisposable
{
    private bool _isFreed;

    private protected TlsObject(string source) => Source = source;

    ~TlsObject() => FreeOnce();

    /// <summary>Where it was read: a path, <c>data:</c> and PEM, <c>store:</c> and a URI.</summary>
    public string Source { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        FreeOnce();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Free();

    private void FreeOnce()
    {
        if (_isFreed) return;
        _isFreed = true;
        Free();
    }
}
