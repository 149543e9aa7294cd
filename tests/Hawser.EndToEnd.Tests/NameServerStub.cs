using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hawser.EndToEnd.Tests;

/// <summary>A name server on 127.0.0.1 that knows the addresses it has been told, and counts who asks for what.</summary>
internal sealed class NameServerStub : IAsyncDisposable
{
    private const int HeaderLength = 12;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, string[]> _addresses = new();
    private readonly ConcurrentDictionary<string, int> _queries = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public NameServerStub()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Seconds that answers hold.</summary>
    public int Lifetime { get; init; } = 300;

    /// <summary>Answers wait for this.</summary>
    public Task Silence { get; set; } = Task.CompletedTask;

    /// <summary>Sets the addresses of a name; none makes it one that does not exist.</summary>
    public void Set(string name, params string[] addresses) => _addresses[name] = addresses;

    /// <summary>Questions about IPv4 addresses of a name.</summary>
    public int Queries(string name) => _queries.GetValueOrDefault(name);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                await Silence.WaitAsync(_stop.Token);
                await _socket.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes)), SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var name = new StringBuilder();
        var at = HeaderLength;
        for (; query[at] != 0; at += 1 + query[at])
            name.Append(name.Length == 0 ? "" : ".").Append(Encoding.Latin1.GetString(query.Slice(at + 1, query[at])));
        var isIPv4 = query[at + 2] == 1;
        if (isIPv4)
            _queries.AddOrUpdate(name.ToString(), 1, static (_, count) => count + 1);
        var addresses = _addresses.GetValueOrDefault(name.ToString(), []);
        byte[] reply = [.. query[..(at + 5)]];
        reply[2] = 0x81;
        reply[3] = (byte)(addresses.Length == 0 ? 0x83 : 0x80);
        if (!isIPv4)
            return reply;
        reply[7] = (byte)addresses.Length;
        return [.. reply, .. addresses.SelectMany(Record)];
    }

    private byte[] Record(string address)
    {
        byte[] record = [0xC0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, .. IPAddress.Parse(address).GetAddressBytes()];
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(6), Lifetime);
        return record;
    }
}
