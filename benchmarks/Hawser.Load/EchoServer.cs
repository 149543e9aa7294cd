using System.Security.Cryptography;
using System.Text;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.IO.Sockets;
using Hawser.Protocols.WebSocket;

namespace Hawser.Load;

/// <summary>The backend of all comparisons: sends every WebSocket frame back, and answers a plain request with two bytes. One loop.</summary>
internal sealed class EchoServer : IReadyHandler
{
    private readonly EventLoop _loop;
    private readonly ListenSocket _listener;

    private EchoServer(EventLoop loop, int port)
    {
        _loop = loop;
        _listener = ListenSocket.Open(SocketEndpoint.FromIP(System.Net.IPAddress.Loopback, port), new ListenSocketOptions { Backlog = 4096 });
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
        private byte[] _input = [];
        private int _length;
        private byte[] _output = [];
        private int _outputStart;
        private int _outputEnd;
        private bool _isWebSocket;

        public void Start() => _socket.Registration = loop.Register(_socket.Descriptor, this, 0);

        void IReadyHandler.OnReady(int tag, ReadyEvents events)
        {
            if (_socket.Descriptor < 0 || !Flush())
                return;
            for (int count; _outputEnd == _outputStart;)
            {
                count = _socket.Read(loop.ReadBuffer);
                if (count == -Errno.EAGAIN)
                    return;
                if (count <= 0)
                {
                    Close();
                    return;
                }

                Append(ref _input, ref _length, loop.ReadBuffer.AsSpan(0, count));
                if (!Consume())
                    return;
            }
        }

        private bool Consume()
        {
            var used = 0;
            while (used < _length)
            {
                var taken = _isWebSocket ? EchoFrame(_input.AsSpan(used, _length - used)) : Answer(_input.AsSpan(used, _length - used));
                if (taken == 0)
                    break;
                used += taken;
            }

            _input.AsSpan(used, _length - used).CopyTo(_input);
            _length -= used;
            if (_length == 0)
                _input = []; // an idle connection keeps nothing
            return Flush();
        }

        private int EchoFrame(Span<byte> bytes)
        {
            var head = FrameHeader.TryRead(bytes, out var header, out var error);
            if (error != FrameError.None)
                throw new InvalidDataException($"The gateway has sent {error.LogText()}.");
            if (head == 0 || header.PayloadLength > bytes.Length - head)
                return 0;
            var payload = bytes.Slice(head, (int)header.PayloadLength);
            FrameMask.Apply(payload, header.MaskingKey);
            var opcode = header.Opcode == FrameOpcode.Ping ? FrameOpcode.Pong : header.Opcode;
            if (opcode != FrameOpcode.Pong || header.Opcode == FrameOpcode.Ping)
            {
                Span<byte> answer = stackalloc byte[FrameHeader.MaxLength];
                Send(answer[..new FrameHeader(opcode, payload.Length).Write(answer)]);
                Send(payload);
            }

            return head + payload.Length;
        }

        private int Answer(ReadOnlySpan<byte> bytes)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return 0;
            var head = Encoding.Latin1.GetString(bytes[..end]);
            var at = head.IndexOf("sec-websocket-key:", StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8);
                return end + 4;
            }

            var key = head[(at + 18)..].Split('\r', 2)[0].Trim();
#pragma warning disable CA5350 // the protocol says SHA-1
            var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            Send(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
            _isWebSocket = true;
            return end + 4;
        }

        private void Send(ReadOnlySpan<byte> bytes) => Append(ref _output, ref _outputEnd, bytes);

        private bool Flush()
        {
            while (_outputStart < _outputEnd)
            {
                var written = _socket.Write(_output.AsSpan(_outputStart, _outputEnd - _outputStart));
                if (written == -Errno.EAGAIN)
                    return false;
                if (written < 0)
                {
                    Close();
                    return false;
                }

                _outputStart += written;
            }

            _outputStart = _outputEnd = 0;
            if (_length == 0)
                _output = [];
            return true;
        }

        private static void Append(ref byte[] buffer, ref int length, ReadOnlySpan<byte> bytes)
        {
            if (length + bytes.Length > buffer.Length)
                Array.Resize(ref buffer, Math.Max(length + bytes.Length, buffer.Length * 2));
            bytes.CopyTo(buffer.AsSpan(length));
            length += bytes.Length;
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
