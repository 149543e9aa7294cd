using System.Security.Cryptography;

namespace Hawser.IO.Tls;

/// <summary>
/// Keys that encrypt session tickets (RFC 5077 §4, nginx <c>ssl_session_ticket_key</c>): the first encrypts, all decrypt. Keys without a file change by
/// themselves, so that nobody who takes one can read the traffic of all time. Any thread.
/// </summary>
public sealed class TlsTicketKeys
{
    private const int NameLength = 16;

    private readonly Lock _lock = new();
    private readonly TimeProvider? _time;
    private Key[] _keys;

    private TlsTicketKeys(Key[] keys, TimeProvider? time)
    {
        _keys = keys;
        _time = time;
    }

    internal sealed record Key(byte[] Name, byte[] Aes, byte[] Hmac)
    {
        /// <summary>Unix seconds.</summary>
        public long CreatedAt { get; init; }

        /// <summary>Unix seconds until which a ticket made with it is good, moved on by every ticket.</summary>
        public long ExpiresAt { get; set; }
    }

    /// <summary>Keys read from files.</summary>
    /// <param name="files">Each of 48 bytes (AES-128) or 80 (AES-256), the first being the one that encrypts.</param>
    /// <exception cref="ArgumentException">One is of another length.</exception>
    public static TlsTicketKeys FromFiles(IReadOnlyList<byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var keys = new Key[files.Count];
        for (int i = 0; i < keys.Length; i++) keys[i] = Parse(files[i]);
        return new TlsTicketKeys(keys, null);
    }

    internal static TlsTicketKeys Rotating(TimeProvider time) => new([], time);

    /// <summary>The key for a new ticket that is to be good for <paramref name="seconds"/>.</summary>
    internal Key Encrypting(int seconds)
    {
        if (_time is null) return _keys[0];
        lock (_lock) return Rotate(seconds)[0];
    }

    /// <summary>The key with that name; <paramref name="isCurrent"/> tells whether it is the one that encrypts.</summary>
    internal Key? Find(ReadOnlySpan<byte> name, int seconds, out bool isCurrent)
    {
        Key[] keys = _keys;
        if (_time is not null)
        {
            lock (_lock) keys = Rotate(seconds);
        }
        isCurrent = true;
        foreach (Key key in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(key.Name, name)) return key;
            isCurrent = false;
        }
        return null;
    }

    // Two keys decrypt: the current one, and its predecessor until the last ticket made with it has expired. Then they move up, so a key encrypts for
    // about the time that a session lives.
    private Key[] Rotate(int seconds)
    {
        long now = _time!.GetUtcNow().ToUnixTimeSeconds();
        bool isDue = _keys.Length == 0 || (_keys.Length == 1 ? now > _keys[0].CreatedAt + seconds : now > _keys[1].ExpiresAt);
        if (isDue)
        {
            Key made = Parse(RandomNumberGenerator.GetBytes(80)) with { CreatedAt = now };
            _keys = _keys.Length == 0 ? [made] : [made, _keys[0]];
        }
        _keys[0].ExpiresAt = Math.Max(_keys[0].ExpiresAt, now + seconds);
        return _keys;
    }

    private static Key Parse(byte[] bytes) => bytes.Length switch
    {
        48 => new Key(bytes[..NameLength], bytes[16..32], bytes[32..48]),
        80 => new Key(bytes[..NameLength], bytes[48..80], bytes[16..48]),
        _ => throw new ArgumentException("A key has 48 or 80 bytes.", nameof(bytes)),
    };
}
