using System.Buffers.Binary;
using System.Net;
using System.Text;
using Hawser.Protocols.Dns;

namespace Hawser.Protocols.Tests.Dns;

/// <summary>Puts messages together as a name server would.</summary>
internal sealed class DnsMessages
{
    private readonly List<byte> _answers = [];
    private int _count;

    public ushort Id { get; init; } = 0x1234;

    /// <summary>A reply, recursion desired and available, no error.</summary>
    public ushort Flags { get; init; } = 0x8180;

    public string Name { get; init; } = "example.com";

    public DnsRecordType Type { get; init; } = DnsRecordType.A;

    public DnsMessages Address(string address, uint lifetime = 300, string? name = null) =>
        Record(IPAddress.Parse(address).GetAddressBytes() is { Length: 4 } ? DnsRecordType.A : DnsRecordType.Aaaa, lifetime, IPAddress.Parse(address).GetAddressBytes(), name);

    public DnsMessages CName(string target, uint lifetime = 300) => Record(DnsRecordType.CName, lifetime, Encode(target));

    public DnsMessages Service(int priority, int weight, int port, string target) => Record(
        DnsRecordType.Srv, 60,
        [(byte)(priority >> 8), (byte)priority, (byte)(weight >> 8), (byte)weight, (byte)(port >> 8), (byte)port, .. Encode(target)]);

    /// <param name="name">Null points to the name in the question.</param>
    public DnsMessages Record(DnsRecordType type, uint lifetime, byte[] data, string? name = null)
    {
        _answers.AddRange(name is null ? [0xC0, 12] : Encode(name));
        _answers.AddRange([0, (byte)type, 0, 1]);
        _answers.AddRange([(byte)(lifetime >> 24), (byte)(lifetime >> 16), (byte)(lifetime >> 8), (byte)lifetime]);
        _answers.AddRange([(byte)(data.Length >> 8), (byte)data.Length]);
        _answers.AddRange(data);
        _count++;
        return this;
    }

    public byte[] Build()
    {
        byte[] header = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(header, Id);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), Flags);
        header[5] = 1;
        header[7] = (byte)_count;
        return [.. header, .. Encode(Name), 0, (byte)Type, 0, 1, .. _answers];
    }

    public static byte[] Encode(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }

        bytes.Add(0);
        return [.. bytes];
    }
}
