using System.Buffers.Binary;
using System.Globalization;
using Hawser.Gateway.Logging;
using Hawser.IO.Native;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tunnels.HandOver;

/// <summary>The new process's part (see <see cref="HandOverFormat"/>): takes tunnels over whenever the old process offers them.</summary>
internal sealed class HandOverTaker(DescriptorSocket socket, Worker[] workers, Func<HandOverContext> makeContext, Action<LogLevel, string> log)
{
    private readonly List<(Worker Worker, Tunnel? Tunnel)> _batch = [];
    private HandOverContext? _context;
    private int _taken;

    /// <summary>Called after each batch that was taken over.</summary>
    public required Action Taken { get; init; }

    /// <summary>The socket that the old process has left open for this; null where there is none. It is asked for once.</summary>
    public static DescriptorSocket? FindSocket()
    {
        string? number = Environment.GetEnvironmentVariable(HandOverFormat.Variable);
        Environment.SetEnvironmentVariable(HandOverFormat.Variable, null);
        return int.TryParse(number, CultureInfo.InvariantCulture, out int descriptor) ? new DescriptorSocket(descriptor) : null;
    }

    /// <summary>Greets the old process and begins to listen to it.</summary>
    public void Start()
    {
        Span<byte> greeting = stackalloc byte[8];
        HandOverFormat.Magic.CopyTo(greeting);
        BinaryPrimitives.WriteInt32LittleEndian(greeting[4..], HandOverFormat.Version);
        try
        {
            socket.Send(greeting);
        }
        catch (IOException)
        {
            return; // the old process is gone already
        }
        new Thread(Run) { IsBackground = true, Name = "hawser-handover" }.Start();
    }

    private void Run()
    {
        try
        {
            Span<byte> head = stackalloc byte[5];
            while (TakeMessage(head))
            {
            }
        }
        catch (IOException e)
        {
            log(LogLevel.Error, $"hand-over of tunnels broke off: {e.Message}");
        }
        catch (Exception e)
        {
            log(LogLevel.Crit, $"unexpected failure: {e}"); // a defect: the tunnels on offer stay with the old process
        }
        finally
        {
            Discard();
            socket.Dispose();
        }
        if (_taken > 0) log(LogLevel.Notice, $"{_taken} tunnels taken over");
    }

    /// <summary>One message of the old process; false when there are no more.</summary>
    private bool TakeMessage(Span<byte> head)
    {
        Span<int> descriptors = stackalloc int[2];
        if (!socket.Receive(head[..1], descriptors)) return false;
        socket.SetTimeout(HandOverFormat.Timeout); // from here on it has something to say, and is expected to say it
        switch (head[0])
        {
            case HandOverFormat.Tunnel:
                TakeTunnel(ReceiveState(head[1..], descriptors[0], descriptors[1]), descriptors[0], descriptors[1]);
                return true;
            case HandOverFormat.Commit:
                Commit();
                socket.SetTimeout(TimeSpan.Zero); // the next ones may take their time
                return true;
            default:
                throw new IOException($"message {head[0]} is unknown");
        }
    }

    /// <summary>What belongs to two descriptors that have come. Without it they are closed: their peers must not wait for a tunnel that nobody has.</summary>
    private byte[] ReceiveState(Span<byte> lengthField, int client, int upstream)
    {
        try
        {
            if (!socket.Receive(lengthField)) throw new IOException("the message is cut off");
            int length = BinaryPrimitives.ReadInt32LittleEndian(lengthField);
            if (length is < 0 or > HandOverFormat.MaximumState) throw new IOException($"a state of {length} bytes cannot be right");
            byte[] state = new byte[length];
            return socket.Receive(state) ? state : throw new IOException("the state is cut off");
        }
        catch (IOException)
        {
            Close(client, upstream);
            throw;
        }
    }

    private void TakeTunnel(byte[] state, int client, int upstream)
    {
        Worker worker = workers.MinBy(w => w.Load)!;
        worker.Promise();
        Tunnel? tunnel = null;
        try
        {
            tunnel = LoopCall.Run(worker, () => Import(worker, state, client, upstream));
        }
        finally
        {
            if (tunnel is null)
            {
                Close(client, upstream);
                worker.Unpromise();
            }
        }
        _batch.Add((worker, tunnel));
        socket.Send([tunnel is null ? (byte)0 : (byte)1]);
    }

    private Tunnel? Import(Worker worker, byte[] state, int client, int upstream)
    {
        try
        {
            // The kernel leaves out what does not fit any more.
            if (client < 0 || upstream < 0 || DescriptorReserve.IsTouchedBy(Math.Max(client, upstream)))
            {
                throw new InvalidDataException($"{DescriptorReserve.Limit} descriptors are not enough");
            }
            if (worker.Load > worker.Model.WorkerConnections) throw new InvalidDataException($"{worker.Model.WorkerConnections} worker_connections are not enough");
            _context ??= makeContext();
            using var reader = new BinaryReader(new MemoryStream(state));
            return new Tunnel(worker, _context, reader, client, upstream);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException)
        {
            log(LogLevel.Warn, $"a tunnel of the old process is not taken over: {e.Message}");
            return null;
        }
    }

    private void Commit()
    {
        foreach ((Worker worker, Tunnel? tunnel) in _batch)
        {
            if (tunnel is null) continue;
            worker.Loop.Post(static state => ((Tunnel)state!).Activate(), tunnel);
            _taken++;
        }
        _batch.Clear();
        Taken();
    }

    /// <summary>The old process went away before the commit, or went on with them.</summary>
    private void Discard()
    {
        foreach ((Worker worker, Tunnel? tunnel) in _batch)
        {
            if (tunnel is null) continue;
            tunnel.Discard();
            worker.Unpromise();
        }
        _batch.Clear();
    }

    private static void Close(int client, int upstream)
    {
        if (client >= 0) SocketCalls.Close(client);
        if (upstream >= 0) SocketCalls.Close(upstream);
    }
}
