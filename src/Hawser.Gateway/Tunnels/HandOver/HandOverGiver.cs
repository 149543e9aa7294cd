using System.Buffers.Binary;
using Hawser.IO.Sockets;

namespace Hawser.Gateway.Tunnels.HandOver;

/// <summary>The old process's part (see <see cref="HandOverFormat"/>). Runs on a thread of its own; what it does to tunnels it does on their loops.</summary>
internal sealed class HandOverGiver(DescriptorSocket socket, Worker[] workers)
{
    // nginx says nothing, and nothing is waited for long.
    private static readonly TimeSpan s_greetingTimeout = TimeSpan.FromMilliseconds(500);

    private sealed record Offer(Tunnel Tunnel, byte[] State)
    {
        public bool IsTaken { get; set; }
    }

    /// <summary>Whether the new process understands this one.</summary>
    /// <param name="reason">Why it does not, for the log.</param>
    public bool IsWelcome(out string reason)
    {
        try
        {
            Span<byte> greeting = stackalloc byte[8];
            socket.SetTimeout(s_greetingTimeout);
            bool came = socket.Receive(greeting);
            socket.SetTimeout(HandOverFormat.Timeout);
            int version = BinaryPrimitives.ReadInt32LittleEndian(greeting[4..]);
            bool isKnown = came && greeting[..4].SequenceEqual(HandOverFormat.Magic);
            reason = isKnown ? $"it speaks version {version} of the hand-over, this process {HandOverFormat.Version}" : "it takes none";
            return isKnown && version == HandOverFormat.Version;
        }
        catch (IOException)
        {
            reason = "it takes none";
            return false;
        }
    }

    /// <summary>Gives away every tunnel that can go.</summary>
    /// <returns>How many went.</returns>
    /// <exception cref="IOException">The new process is gone; the tunnels that were on offer stay here.</exception>
    public int GiveAll()
    {
        int given = 0;
        foreach (Worker worker in workers)
        {
            List<Offer> batch;
            while ((batch = LoopCall.Run(worker, () => Collect(worker))).Count > 0) given += Give(worker, batch);
        }
        return given;
    }

    private int Give(Worker worker, List<Offer> batch)
    {
        try
        {
            foreach (Offer offer in batch) Send(offer);
            Span<byte> answers = stackalloc byte[batch.Count];
            if (!socket.Receive(answers)) throw new IOException("the new process has ended");
            for (int i = 0; i < batch.Count; i++) batch[i].IsTaken = answers[i] != 0;
            socket.Send([HandOverFormat.Commit]);
        }
        catch (IOException)
        {
            foreach (Offer offer in batch) offer.IsTaken = false;
            LoopCall.Run(worker, () => Conclude(batch));
            throw;
        }
        return LoopCall.Run(worker, () => Conclude(batch));
    }

    private void Send(Offer offer)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = HandOverFormat.Tunnel;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], offer.State.Length);
        (int client, int upstream) = offer.Tunnel.Descriptors;
        socket.Send(head, [client, upstream]);
        socket.Send(offer.State);
    }

    private static List<Offer> Collect(Worker worker)
    {
        var batch = new List<Offer>();
        worker.Connections.ForEach(connection =>
        {
            if (batch.Count == HandOverFormat.Batch || connection is not Tunnel { CanBeHandedOver: true } tunnel) return;
            using var state = new MemoryStream();
            using var writer = new BinaryWriter(state);
            tunnel.Offer(writer);
            writer.Flush();
            batch.Add(new Offer(tunnel, state.ToArray()));
        });
        return batch;
    }

    private static int Conclude(List<Offer> batch)
    {
        int given = 0;
        foreach (Offer offer in batch)
        {
            if (offer.IsTaken)
            {
                offer.Tunnel.GiveAway();
                given++;
            }
            else offer.Tunnel.Withdraw();
        }
        return given;
    }
}
