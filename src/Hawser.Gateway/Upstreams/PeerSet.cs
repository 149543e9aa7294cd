namespace Hawser.Gateway.Upstreams;

/// <summary>The servers of an upstream at one time. When a name has got other addresses, another set takes its place.</summary>
public sealed class PeerSet
{
    public PeerSet(PeerModel[] peers)
    {
        Primary = Array.FindAll(peers, static p => !p.IsBackup);
        Backup = Array.FindAll(peers, static p => p.IsBackup);
        Count = peers.Length;
        Tries = Math.Max(1, CountUp(Primary)) + CountUp(Backup);
    }

    public PeerModel[] Primary { get; }

    public PeerModel[] Backup { get; }

    /// <summary>Backups last.</summary>
    public IEnumerable<PeerModel> All => [.. Primary, .. Backup];

    public int Count { get; }

    /// <summary>A lone server is never suspended: there is nobody else to ask.</summary>
    public bool IsSingle => Count == 1 && Primary.Length == 1;

    /// <summary>Attempts per request: every server once.</summary>
    public int Tries { get; }

    private static int CountUp(PeerModel[] peers)
    {
        int count = 0;
        foreach (PeerModel peer in peers)
        {
            if (!peer.IsDown) count++;
        }
        return count;
    }
}
