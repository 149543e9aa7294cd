using System.Security.Cryptography;
using System.Text;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.WebSocket;

namespace Hawser.Load;

/// <summary>
/// The backend of all comparisons: sends every WebSocket frame back as it comes, without waiting for its end, and answers a plain request with two
/// bytes. One loop. It listens on all of 127.0.0.0/8, so that each gateway can have an address of its own: thousands of closed connections to one address
/// would leave the next gateway without a port to connect from.
/// </summary>
internal sealed class EchoServer : IReadyHandler
{
    private readonly EventLoop _loop;
    private readonly ListenSocket _listener;

    private EchoServer(EventLoop loop, int port)
    {
        _loop = loop;
        _listener = ListenSocket.Open(SocketEndpoint.FromIP(System.Net.IPAddress.Any, port), new ListenSocketOptions { Backlog = 4096 });
    }

    /// <summary>Serves for ever.</summary>
    public static void Run(int port)
    {
        using var loop = new EventLoop(TimeProvider.System, static e => Console.Error.WriteLine(e));
        var server = new EchoServer(loop, port);
        loop.Register(server._listener.Descriptor, server, 0);
        loop.Run();
    }

    void IReadyHandler.OnReady(int tag, ReadyEvents events)
    {
        for (int descriptor; (descriptor = SocketCalls.Accept(_listener.Descriptor, out _)) >= 0;)
        {
            SocketCalls.SetNoDelay(descriptor);
            new Connection(_loop, descriptor).Start();
        }
    }

    private sealed class Connection(EventLoop loop, int descriptor) : IReadyHandler
    {
        private readonly SocketTransport _socket = new(descriptor);
        private byte[] _held = [];     // the beginning of a head that is not all there
        private byte[] _output = [];   // what the socket has not taken; while there is any, nothing is read
        private int _outputStart;
        private long _payloadLeft;
        private uint _key;
        private bool _isWebSocket;
        private bool _isEchoed;
        private bool _sawEnd;

        // Small, so that nobody waits long for a large message of another.
        private const int ReadSize = 64 * 1024;

        public void Start() => _socket.Registration = loop.Register(_socket.Descriptor, this, 0);

        void IReadyHandler.OnReady(int tag, ReadyEvents events)
        {
            if ((events & (ReadyEvents.PeerClosed | ReadyEvents.HangUp | ReadyEvents.Error)) != 0)
                _sawEnd = true;
            if (_socket.Descriptor < 0 || !Flush())
                return;
            var held = _held.Length;
            _held.CopyTo(loop.ReadBuffer, 0);
            var count = _socket.Read(loop.ReadBuffer.AsSpan(held, ReadSize - held));
            if (count == -Errno.EAGAIN)
                return;
            if (count <= 0)
            {
                Close();
                return;
            }

            _held = [];
            var mayHaveMore = held + count == ReadSize || _sawEnd;
            var bytes = loop.ReadBuffer.AsSpan(0, held + count);
            Send(bytes[..(_isWebSocket ? Echo(bytes) : Answer(bytes))]);
            // Until there is no more, but one read for each turn: the others shall not wait for a large message.
            if (mayHaveMore && _socket.Descriptor >= 0 && _output.Length == 0)
                loop.Requeue(this, 0);
        }

        /// <summary>
        /// Makes the frames of a client those of a server where they stand: without the key a head is shorter, so what is made never overtakes what is
        /// read. Returns the length.
        /// </summary>
        private int Echo(Span<byte> bytes)
        {
            var made = 0;
            for (var at = 0; at < bytes.Length;)
            {
                if (_payloadLeft == 0)
                {
                    var head = FrameHeader.TryRead(bytes[at..], out var header, out var error);
                    if (error != FrameError.None)
                        throw new InvalidDataException($"The gateway has sent {error.LogText()}.");
                    if (head == 0)
                    {
                        _held = bytes[at..].ToArray();
                        break;
                    }

                    at += head;
                    _payloadLeft = header.PayloadLength;
                    _key = header.MaskingKey;
                    _isEchoed = header.Opcode != FrameOpcode.Pong;
                    var opcode = header.Opcode == FrameOpcode.Ping ? FrameOpcode.Pong : header.Opcode;
                    if (_isEchoed)
                        made += new FrameHeader(opcode, header.IsFinal, Reserved: 0, header.PayloadLength, IsMasked: false, 0).Write(bytes[made..]);
                }

                var part = bytes.Slice(at, (int)Math.Min(_payloadLeft, bytes.Length - at));
                _payloadLeft -= part.Length;
                at += part.Length;
                if (!_isEchoed)
                    continue;
                _key = FrameMask.Apply(part, _key);
                part.CopyTo(bytes[made..]);
                made += part.Length;
            }

            return made;
        }

        /// <summary>Puts the answer to a request in its place. Returns the length.</summary>
        private int Answer(Span<byte> bytes)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                _held = bytes.ToArray();
                return 0;
            }

            var head = Encoding.Latin1.GetString(bytes[..end]);
            var at = head.IndexOf("sec-websocket-key:", StringComparison.OrdinalIgnoreCase);
            var answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            if (at >= 0)
            {
                var key = head[(at + 18)..].Split('\r', 2)[0].Trim();
#pragma warning disable CA5350 // the protocol says SHA-1
                var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
                answer = $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
                _isWebSocket = true;
            }

            if (end + 4 < bytes.Length)
                throw new InvalidDataException("The gateway has sent more before the answer had come.");
            return Encoding.ASCII.GetBytes(answer, loop.ReadBuffer);
        }

        private void Send(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
                return;
            var written = _socket.Write(bytes);
            if (written < 0 && written != -Errno.EAGAIN)
            {
                Close();
                return;
            }

            if (written == bytes.Length)
                return;
            _output = bytes[Math.Max(0, written)..].ToArray();
            _outputStart = 0;
        }

        private bool Flush()
        {
            if (_output.Length == 0)
                return true;
            var written = _socket.Write(_output.AsSpan(_outputStart));
            if (written == -Errno.EAGAIN)
                return false;
            if (written < 0)
            {
                Close();
                return false;
            }

            _outputStart += written;
            if (_outputStart < _output.Length)
                return false;
            _output = [];
            return true;
        }

        private void Close()
        {
            if (_socket.Descriptor < 0)
                return;
            loop.Unregister(_socket.Registration);
            _socket.Close();
        }
    }
}
