using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace Hawser.Protocols.Dns;

/// <summary>A server of a service (RFC 2782).</summary>
/// <param name="Priority">Lower ones are asked first.</param>
/// <param name="Weight">The share among servers of one priority; 0 for a very small one.</param>
/// <param name="Port">1 to 65535; 0 is possible on the wire and means nothing.</param>
/// <param name="Target">The host, in lower case.</param>
public readonly record struct DnsService(int Priority, int Weight, int Port, string Target);

/// <summary>
/// A name server's reply to a question about addresses or a service. As in nginx, all addresses in the answer count, whatever name each
/// stands at: a server that follows a CNAME by itself sends both.
/// </summary>
public sealed class DnsReply
{
    private const ushort ResponseAndOpcode = 0xF800;
    private const ushort Reserved = 0x0070;
    private const ushort Response = 0x8000;
    private const ushort Truncated = 0x0200;
    private const int RecordLength = 10; // behind the name: type, class, lifetime, length

    /// <summary>Which question it answers. To be compared before anything else is believed.</summary>
    public ushort Id { get; private init; }

    /// <summary>What the server says; may be a number that has no name.</summary>
    public DnsResponseCode Code { get; private init; }

    /// <summary>Not all fitted into a datagram: it must be asked for over TCP, and nothing but the question is here.</summary>
    public bool IsTruncated { get; private init; }

    /// <summary>The name asked for, in lower case. Empty where servers need not repeat it: FORMERR, and codes without a name.</summary>
    public string Name { get; private set; } = "";

    public DnsRecordType QuestionType { get; private set; }

    /// <summary>Seconds for which all of it holds: the smallest lifetime of its records. A negative one counts as 0.</summary>
    public uint TimeToLive { get; private set; } = uint.MaxValue;

    public ImmutableArray<IPAddress> Addresses { get; private set; } = [];

    public ImmutableArray<DnsService> Services { get; private set; } = [];

    /// <summary>The last CNAME of the answer; null without one.</summary>
    public string? CanonicalName { get; private set; }

    /// <summary>Reads a message.</summary>
    /// <param name="message">All of it.</param>
    /// <param name="reply">The reply; null with an error.</param>
    //
    //   +----+-------+---------+---------+----+----+ - - - - +---------
    //   | id | flags | QDCOUNT | ANCOUNT | NS | AR | question | answers …
    //   +----+-------+---------+---------+----+----+ - - - - +---------
    public static DnsReplyError TryParse(ReadOnlySpan<byte> message, out DnsReply? reply)
    {
        reply = null;
        if (message.Length < DnsQuery.HeaderLength)
            return DnsReplyError.Short;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & (ResponseAndOpcode | Reserved)) != Response)
            return DnsReplyError.NotAReply;
        var parsed = new DnsReply
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            Code = (DnsResponseCode)(flags & 0xF),
            IsTruncated = (flags & Truncated) != 0,
        };
        var error = parsed.Code is DnsResponseCode.FormatError or > DnsResponseCode.Refused ? DnsReplyError.None : parsed.ReadSections(message);
        if (error == DnsReplyError.None)
            reply = parsed;
        return error;
    }

    private DnsReplyError ReadSections(ReadOnlySpan<byte> message)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
            return DnsReplyError.QuestionCount;
        var error = ReadQuestion(message, out var offset);
        if (error != DnsReplyError.None || IsTruncated || Code != DnsResponseCode.NoError)
            return error;
        var count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        return count == 0 ? DnsReplyError.None : ReadAnswers(message, offset, count);
    }

    private DnsReplyError ReadQuestion(ReadOnlySpan<byte> message, out int offset)
    {
        const int Start = DnsQuery.HeaderLength;
        for (offset = Start; offset < message.Length && message[offset] != 0; offset += 1 + message[offset])
        {
            if ((message[offset] & 0xC0) != 0)
                return DnsReplyError.CompressedQuestion;
        }

        if (offset == Start)
            return message.Length > Start ? DnsReplyError.EmptyName : DnsReplyError.Short;
        offset++;
        if (offset + 4 > message.Length)
            return DnsReplyError.Short;
        QuestionType = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
        if (BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]) != DnsQuery.ClassInternet)
            return DnsReplyError.UnknownClass;
        offset += 4;
        var error = DnsNameReader.Read(message, Start, out var name);
        Name = name;
        return error;
    }

    private DnsReplyError ReadAnswers(ReadOnlySpan<byte> message, int offset, int count)
    {
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        var services = ImmutableArray.CreateBuilder<DnsService>();
        for (; count > 0; count--)
        {
            offset = DnsNameReader.Skip(message, offset);
            if (offset < 0 || offset + RecordLength > message.Length)
                return DnsReplyError.Short;
            var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]) != DnsQuery.ClassInternet)
                return DnsReplyError.UnknownClass;
            var lifetime = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(message[(offset + 4)..])); // RFC 2181 §8
            TimeToLive = Math.Min(TimeToLive, (uint)lifetime);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 8)..]);
            offset += RecordLength;
            if (offset + length > message.Length)
                return DnsReplyError.Short;
            var error = ReadRecord(message, offset, length, type, addresses, services);
            if (error != DnsReplyError.None)
                return error;
            offset += length;
        }

        Addresses = addresses.DrainToImmutable();
        Services = services.DrainToImmutable();
        return Addresses.IsEmpty && Services.IsEmpty && CanonicalName is null ? DnsReplyError.NothingUseful : DnsReplyError.None;
    }

    private DnsReplyError ReadRecord(
        ReadOnlySpan<byte> message, int offset, int length, DnsRecordType type, ImmutableArray<IPAddress>.Builder addresses,
        ImmutableArray<DnsService>.Builder services)
    {
        switch (type)
        {
            case DnsRecordType.A or DnsRecordType.Aaaa:
                if (type != QuestionType || length != (type == DnsRecordType.A ? 4 : 16))
                    return DnsReplyError.InvalidRecord;
                addresses.Add(new IPAddress(message.Slice(offset, length)));
                return DnsReplyError.None;

            case DnsRecordType.Srv when QuestionType == DnsRecordType.Srv:
                return ReadService(message, offset, length, services);

            case DnsRecordType.CName:
                var error = DnsNameReader.Read(message, offset, out var name);
                CanonicalName = name;
                return error;

            default:
                return DnsReplyError.None; // signatures and other company of the answer
        }
    }

    private static DnsReplyError ReadService(ReadOnlySpan<byte> message, int offset, int length, ImmutableArray<DnsService>.Builder services)
    {
        const int TargetAt = 6;
        if (length <= TargetAt)
            return DnsReplyError.InvalidRecord;
        var error = DnsNameReader.Read(message, offset + TargetAt, out var target);
        services.Add(new DnsService(
            BinaryPrimitives.ReadUInt16BigEndian(message[offset..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 4)..]),
            target));
        return error;
    }
}
