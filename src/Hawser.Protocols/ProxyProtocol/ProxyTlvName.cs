using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Hawser.Protocols.ProxyProtocol;

/// <summary>
/// A TLV by the name it has in nginx's <c>$proxy_protocol_tlv_…</c>: <c>alpn</c>, <c>authority</c>, <c>unique_id</c>, <c>ssl</c>,
/// <c>netns</c>, a type such as <c>0xea</c>, and inside the ssl one <c>ssl_version</c>, <c>ssl_cn</c>, <c>ssl_cipher</c>,
/// <c>ssl_sig_alg</c>, <c>ssl_key_alg</c>, <c>ssl_verify</c>, <c>ssl_0x…</c>.
/// </summary>
public sealed class ProxyTlvName
{
    private const int SslType = 0x20;

    // client (1 byte: what is present) and verify (4 bytes) come before the TLVs inside.
    private const int SslHead = 5;

    private static readonly (string Name, int Type)[] s_types =
        [("alpn", 0x01), ("authority", 0x02), ("unique_id", 0x05), ("ssl", SslType), ("netns", 0x30)];

    private static readonly (string Name, int Type)[] s_sslTypes =
        [("version", 0x21), ("cn", 0x22), ("cipher", 0x23), ("sig_alg", 0x24), ("key_alg", 0x25)];

    private readonly int _type;
    private readonly bool _isInSsl;
    private readonly bool _isVerify;

    private ProxyTlvName(int type, bool isInSsl, bool isVerify)
    {
        _type = type;
        _isInSsl = isInSsl;
        _isVerify = isVerify;
    }

    /// <summary>What a name stands for; null for one that stands for nothing.</summary>
    public static ProxyTlvName? Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool isInSsl = name.StartsWith("ssl_", StringComparison.Ordinal);
        if (isInSsl) name = name[4..];
        if (isInSsl && name == "verify") return new ProxyTlvName(0, isInSsl, isVerify: true);
        if (name.StartsWith("0x", StringComparison.Ordinal))
        {
            return int.TryParse(name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int type)
                ? new ProxyTlvName(type, isInSsl, isVerify: false) : null;
        }
        foreach ((string known, int type) in isInSsl ? s_sslTypes : s_types)
        {
            if (known == name) return new ProxyTlvName(type, isInSsl, isVerify: false);
        }
        return null;
    }

    /// <summary>The value in a header.</summary>
    /// <param name="header">The header.</param>
    /// <param name="value">For <see cref="TlvLookup.Found"/>.</param>
    public TlvLookup Find(ProxyHeader header, out ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (!_isInSsl) return ProxyHeader.Find(header.Tlvs, _type, out value);
        TlvLookup found = ProxyHeader.Find(header.Tlvs, SslType, out value);
        if (found != TlvLookup.Found) return found;
        if (value.Length < SslHead) return TlvLookup.Broken;
        if (!_isVerify) return ProxyHeader.Find(value[SslHead..], _type, out value);
        uint verify = BinaryPrimitives.ReadUInt32BigEndian(value[1..]);
        value = Encoding.ASCII.GetBytes(verify.ToString(CultureInfo.InvariantCulture));
        return TlvLookup.Found;
    }
}
