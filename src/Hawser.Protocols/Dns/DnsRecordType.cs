namespace Hawser.Protocols.Dns;

/// <summary>The types of resource records that a gateway asks for or meets on the way (RFC 1035 §3.2.2, RFC 3596, RFC 2782, RFC 6672).</summary>
public enum DnsRecordType : ushort
{
    A = 1,
    CName = 5,
    Aaaa = 28,
    Srv = 33,
    DName = 39,
}

/// <summary>RCODE of a reply (RFC 1035 §4.1.1).</summary>
public enum DnsResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}
