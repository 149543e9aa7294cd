using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Testing;

/// <summary>
/// A network namespace of its own, joined to that of the tests by a pair of virtual interfaces on which packets can be made to vanish, as they do behind
/// a pulled cable or a router that has forgotten a connection: no end, no reset.
/// </summary>
/// <remarks>
/// Needs root and <c>ip</c> and <c>tc</c>. The addresses are 198.18.x.1 here and 198.18.x.2 there, of the range for such tests (RFC 2544). What is
/// left of a run that was killed is the namespace's name alone, until the machine restarts.
/// </remarks>
public sealed class NetworkNamespace : IAsyncDisposable
{
    private static int s_number = Environment.ProcessId % 200 * 100;

    private readonly string _name;
    private readonly string _outside;
    private readonly string _inside;

    private NetworkNamespace(int number)
    {
        var id = number.ToString(CultureInfo.InvariantCulture);
        _name = "hawser-test-" + id;
        _outside = "hwt" + id;
        _inside = "hwi" + id;
        var third = number / 60 % 256;
        var fourth = number % 60 * 4;
        Outside = IPAddress.Parse($"198.18.{third}.{fourth + 1}");
        Inside = IPAddress.Parse($"198.18.{third}.{fourth + 2}");
    }

    /// <summary>The address of the tests' end.</summary>
    public IPAddress Outside { get; }

    /// <summary>The address within the namespace.</summary>
    public IPAddress Inside { get; }

    /// <summary>Makes one.</summary>
    /// <returns>The namespace, or null and why there can be none.</returns>
    public static async Task<(NetworkNamespace? Network, string Reason)> TryCreateAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return (null, "a network namespace takes root");
        var network = new NetworkNamespace(Interlocked.Increment(ref s_number));
        try
        {
            foreach (var command in network.Setup())
            {
                var result = await RunAsync(command);
                if (result.ExitCode == 0)
                    continue;
                await network.DisposeAsync();
                return (null, $"no network namespace can be made: {command}: {result.Error.Trim()}");
            }

            return (network, "");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (null, $"a network namespace takes ip(8) and tc(8): {missing.Message}");
        }
    }

    /// <summary>Every packet that leaves the tests' end vanishes, or none any more.</summary>
    public Task DropToInsideAsync(bool isDropping) => DropAsync($"tc qdisc replace dev {_outside} root netem loss", isDropping);

    /// <summary>Every packet that leaves the namespace vanishes, or none any more.</summary>
    public Task DropToOutsideAsync(bool isDropping) => DropAsync($"ip netns exec {_name} tc qdisc replace dev {_inside} root netem loss", isDropping);

    /// <summary>Every packet vanishes, or none any more.</summary>
    public async Task DropAllAsync(bool isDropping)
    {
        await DropToInsideAsync(isDropping);
        await DropToOutsideAsync(isDropping);
    }

    /// <summary>A command that runs another one within the namespace.</summary>
    public string[] Wrap(string[] command) => ["ip", "netns", "exec", _name, .. command];

    /// <summary>Listens on a free port of <see cref="Inside"/>; the socket belongs to the namespace, whoever uses it.</summary>
    public async Task<Socket> ListenInsideAsync(int? receiveBuffer = null)
    {
        var made = new TaskCompletionSource<Socket>();
        // A thread moves into the namespace, makes the socket there, and ends: it must serve nobody else.
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                if (receiveBuffer is { } size)
                    socket.ReceiveBufferSize = size;
                socket.Bind(new IPEndPoint(Inside, 0));
                socket.Listen(128);
                made.SetResult(socket);
            }
            catch (Exception error)
            {
                made.SetException(error);
            }
        });
        thread.Start();
        return await made.Task;
    }

    /// <summary>A client socket that belongs to the namespace, not connected yet.</summary>
    public async Task<Socket> ClientInsideAsync()
    {
        var made = new TaskCompletionSource<Socket>();
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                made.SetResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            }
            catch (Exception error)
            {
                made.SetException(error);
            }
        });
        thread.Start();
        return await made.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RunAsync($"ip netns del {_name}"); // takes both interfaces along

    private string[] Setup() =>
    [
        $"ip netns add {_name}",
        $"ip link add {_outside} type veth peer name {_inside} netns {_name}",
        $"ip addr add {Outside}/30 dev {_outside}",
        $"ip link set {_outside} up",
        $"ip netns exec {_name} ip addr add {Inside}/30 dev {_inside}",
        $"ip netns exec {_name} ip link set {_inside} up",
        $"ip netns exec {_name} ip link set lo up",
        $"tc qdisc replace dev {_outside} root netem loss 0%", // whether the kernel has netem is to be found out now
    ];

    private static async Task DropAsync(string command, bool isDropping)
    {
        var result = await RunAsync($"{command} {(isDropping ? "100%" : "0%")}");
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{command}: {result}");
    }

    private static Task<CommandResult> RunAsync(string command)
    {
        var words = command.Split(' ');
        return Command.RunAsync(words[0], words[1..]);
    }

    private void Enter()
    {
        using SafeFileHandle handle = File.OpenHandle($"/run/netns/{_name}");
        if (SetNamespace((int)handle.DangerousGetHandle(), NetworkNamespaces) != 0)
            throw new InvalidOperationException($"setns() failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private const int NetworkNamespaces = 0x40000000; // CLONE_NEWNET

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(int descriptor, int kind);
}
