using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Hawser.IO.Loop;
using Hawser.IO.Tls;

namespace Hawser.Gateway.Tests.Tls;

/// <summary>How a connection is broken.</summary>
public enum Break
{
    /// <summary>Nothing more comes; the gateway gives up in the end.</summary>
    Silence,

    /// <summary>The end of the stream.</summary>
    End,

    /// <summary>A reset.</summary>
    Reset,
}

/// <summary>
/// A handshake between two transports on two TCP connections, with a relay between them that lets a given number of one side's bytes through.
/// All on one thread, step by step.
/// </summary>
internal sealed class Handshake : IDisposable
{
    private readonly Socket _atClient;
    private readonly Socket _atServer;
    private readonly byte[] _buffer = new byte[65536];
    private long _budget;

    public Handshake(EventLoop loop, TlsContext client, TlsContext server, ITlsServer owner)
    {
        (int clientDescriptor, _atClient) = Connect();
        (int serverDescriptor, _atServer) = Connect();
        Client = TlsTransport.Connect(client, clientDescriptor, loop.Tls, "localhost"u8, sessions: null);
        Server = TlsTransport.Accept(server, owner, serverDescriptor, loop.Tls, []);
    }

    public TlsTransport Client { get; }

    public TlsTransport Server { get; }

    /// <summary>Bytes of the limited side that have reached the other one.</summary>
    public long Passed { get; private set; }

    /// <summary>Goes on until the server is done, or as far as so many bytes of the client bring it; then the connection is broken.</summary>
    public TlsProgress Run(long clientBytes, Break ending) => Run(clientBytes, ending, limitsClient: true, Server, _atServer);

    /// <summary>The other way round: the client is a gateway's, and the server an upstream that breaks off.</summary>
    public TlsProgress RunAsUpstream(long serverBytes, Break ending) => Run(serverBytes, ending, limitsClient: false, Client, _atClient);

    private TlsProgress Run(long bytes, Break ending, bool limitsClient, TlsTransport subject, Socket beforeSubject)
    {
        _budget = bytes;
        TlsProgress progress = TlsProgress.NeedsInput;
        for (int turn = 0; turn < 10_000 && progress is TlsProgress.NeedsInput or TlsProgress.NeedsOutput && _budget > 0; turn++)
        {
            TlsProgress client = Client.Advance();
            bool moved = Relay(_atClient, _atServer, limitsClient);
            if (_budget == 0 && limitsClient) BreakOff(beforeSubject, ending);
            TlsProgress server = Server.Advance();
            moved |= Relay(_atServer, _atClient, !limitsClient);
            if (_budget == 0 && !limitsClient) BreakOff(beforeSubject, ending);
            progress = limitsClient ? server : _budget == 0 ? Client.Advance() : client;
            // Loopback delivers before send() returns, unless the machine is busy with something else.
            if (!moved) Thread.Yield();
        }
        // An end may be on its way when the side has just looked.
        return _budget == 0 && ending != Break.Silence && progress != TlsProgress.Complete ? AdvanceToTheEnd(subject) : progress;
    }

    /// <summary>Sends bytes to the server as they are.</summary>
    public void Inject(byte[] bytes) => _atServer.Send(bytes);

    /// <summary>What the server's side says to reading: a number of bytes, 0 for the end, a negated errno.</summary>
    public int ReadAtServer(Span<byte> buffer)
    {
        for (int i = 0; i < 100; i++)
        {
            int read = Server.Read(buffer);
            if (read != -EAGAIN) return read;
            Thread.Sleep(1);
        }
        return -EAGAIN;
    }

    /// <summary>Breaks the server's connection.</summary>
    public void BreakOff(Break ending) => BreakOff(_atServer, ending);

    private static void BreakOff(Socket connection, Break ending)
    {
        if (ending == Break.End) connection.Shutdown(SocketShutdown.Send);
        else if (ending == Break.Reset)
        {
            connection.LingerState = new LingerOption(true, 0);
            connection.Close();
        }
    }

    public const int EAGAIN = 11;

    public void Dispose()
    {
        Server.Close();
        Client.Close();
        _atClient.Dispose();
        _atServer.Dispose();
    }

    private static TlsProgress AdvanceToTheEnd(TlsTransport subject)
    {
        TlsProgress progress = TlsProgress.NeedsInput;
        for (int i = 0; i < 1000 && progress is TlsProgress.NeedsInput or TlsProgress.NeedsOutput; i++)
        {
            progress = subject.Advance();
            if (progress is TlsProgress.NeedsInput or TlsProgress.NeedsOutput) Thread.Sleep(1);
        }
        return progress;
    }

    private bool Relay(Socket from, Socket to, bool isLimited)
    {
        bool moved = false;
        while (from.Connected && from.Available > 0)
        {
            int limit = isLimited ? (int)Math.Min(_budget, _buffer.Length) : _buffer.Length;
            if (limit == 0) break;
            int count = from.Receive(_buffer, limit, SocketFlags.None);
            if (to.Connected) _ = to.Send(_buffer, count, SocketFlags.None);
            moved = true;
            if (!isLimited) continue;
            Passed += count;
            _budget -= count;
        }
        return moved;
    }

    /// <summary>A TCP connection: one end for a transport, which will close its descriptor, the other for the test.</summary>
    private static (int Descriptor, Socket Other) Connect()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var end = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        end.Connect(listener.LocalEndPoint!);
        end.NoDelay = true;
        end.Blocking = false;
        Socket other = listener.Accept();
        other.NoDelay = true;
        int descriptor = Duplicate((int)end.Handle);
        Assert.True(descriptor >= 0, "dup() failed");
        return (descriptor, other);
    }

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);
}
