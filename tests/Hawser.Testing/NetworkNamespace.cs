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
/// Needs root, <c>ip</c>, and <c>nft</c> or <c>iptables</c>; the rules are within the namespace alone. Addresses are of the range for such tests
/// (198.18.0.0/15, RFC 2544). What is left of a run that was killed is a namespace that nobody uses, until the machine restarts.
/// </remarks>
public sealed class NetworkNamespace : IAsyncDisposable
{
    private const int Numbers = 16_000;
    private const int Attempts = 8;

    private readonly string _name;
    private readonly string _outside;
    private readonly string _inside;
    private bool _hasTables;

    private NetworkNamespace(int number)
    {
        var id = number.ToString(CultureInfo.InvariantCulture);
        _name = "hawser-test-" + id;
        _outside = "hwt" + id;
        _inside = "hwi" + id;
        Outside = IPAddress.Parse($"198.18.{number / 63}.{number % 63 * 4 + 1}");
        Inside = IPAddress.Parse($"198.18.{number / 63}.{number % 63 * 4 + 2}");
    }

    /// <summary>The address of the tests' end.</summary>
    public IPAddress Outside { get; }

    /// <summary>The address within the namespace.</summary>
    public IPAddress Inside { get; }

    /// <summary>Makes one.</summary>
    /// <returns>The namespace, or null and the reason why there can be none here.</returns>
    public static async Task<(NetworkNamespace? Network, string Reason)> TryCreateAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return (null, "a network namespace takes root");
        var reason = "";
        for (var i = 0; i < Attempts; i++)
        {
            var network = new NetworkNamespace(Random.Shared.Next(Numbers));
            try
            {
                if (await network.SetUpAsync() is not { } failure)
                    return (network, "");
                reason = failure;
                await network.DisposeAsync();
            }
            catch (System.ComponentModel.Win32Exception missing)
            {
                return (null, $"a network namespace takes ip(8) and nft(8) or iptables(8): {missing.Message}");
            }
        }

        return (null, $"no network namespace can be made: {reason}");
    }

    /// <summary>Every packet on its way into the namespace vanishes, or none any more.</summary>
    public Task DropToInsideAsync(bool isDropping) => DropAsync("input", $"iifname {_inside}", $"INPUT -i {_inside}", isDropping);

    /// <summary>Every packet on its way out of the namespace vanishes, or none any more.</summary>
    public Task DropToOutsideAsync(bool isDropping) => DropAsync("output", $"oifname {_inside}", $"OUTPUT -o {_inside}", isDropping);

    /// <summary>Every packet vanishes, or none any more.</summary>
    public async Task DropAllAsync(bool isDropping)
    {
        await DropToInsideAsync(isDropping);
        await DropToOutsideAsync(isDropping);
    }

    /// <summary>Listens on a free port of <see cref="Inside"/>; the socket belongs to the namespace, whoever uses it.</summary>
    public async Task<Socket> ListenInsideAsync(int? receiveBuffer = null)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread moves into the namespace, makes the socket there, and ends: it must serve nobody else, continuations neither.
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
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <returns>What went wrong; null if nothing did.</returns>
    private async Task<string?> SetUpAsync()
    {
        string[] commands =
        [
            $"ip netns add {_name}",
            $"ip link add {_outside} type veth peer name {_inside} netns {_name}",
            $"ip addr add {Outside}/30 dev {_outside}",
            $"ip link set {_outside} up",
            $"ip netns exec {_name} ip addr add {Inside}/30 dev {_inside}",
            $"ip netns exec {_name} ip link set {_inside} up",
            $"ip netns exec {_name} ip link set lo up",
        ];
        foreach (var command in commands)
        {
            var result = await RunAsync(command);
            if (result.ExitCode != 0)
                return $"{command}: {result.Error.Trim()}";
        }

        _hasTables = (await RunAsync($"ip netns exec {_name} nft add table inet holes")).ExitCode == 0;
        foreach (var chain in _hasTables ? (string[])["input", "output"] : [])
            await RunAsync($"ip netns exec {_name} nft add chain inet holes {chain} {{ type filter hook {chain} priority 0 ; }}");
        var rules = await RunAsync(_hasTables ? $"ip netns exec {_name} nft list chain inet holes output" : $"ip netns exec {_name} iptables -S");
        return rules.ExitCode == 0 ? null : $"no rule can be made: {rules.Error.Trim()}";
    }

    private async Task DropAsync(string chain, string match, string iptables, bool isDropping)
    {
        var rule = (_hasTables, isDropping) switch
        {
            (true, true) => $"nft add rule inet holes {chain} {match} drop",
            (true, false) => $"nft flush chain inet holes {chain}",
            (false, true) => $"iptables -A {iptables} -j DROP",
            (false, false) => $"iptables -D {iptables} -j DROP",
        };
        var result = await RunAsync($"ip netns exec {_name} {rule}");
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{rule}: {result}");
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
