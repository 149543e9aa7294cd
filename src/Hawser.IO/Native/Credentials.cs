using System.Runtime.InteropServices;

namespace Hawser.IO.Native;

/// <summary>A system call that failed while the process changed its user.</summary>
/// <param name="call">The call with its arguments, as nginx writes it: <c>setuid(33)</c>.</param>
/// <param name="errno">Why it failed.</param>
public sealed class CredentialsException(string call, int errno) : Exception($"{call} failed {SystemError.Describe(errno)}");

/// <summary>Looks up users and groups, and gives up root for one of them.</summary>
public static unsafe partial class Credentials
{
    private const int EntryBufferLength = 16 * 1024;
    private const int KeepCapabilities = 8; // PR_SET_KEEPCAPS
    private const int Ambient = 47, AmbientRaise = 2, AmbientClearAll = 4; // PR_CAP_AMBIENT
    private const uint CapabilityVersion3 = 0x20080522;
    private const int CapDacOverride = 1, CapDacReadSearch = 2, CapNetBindService = 10;

    /// <summary>The numbers of a user (getpwnam); null if there is none of that name.</summary>
    public static (uint UserId, uint GroupId)? FindUser(string name)
    {
        var buffer = stackalloc byte[EntryBufferLength];
        return NativeGetUser(name, out var user, buffer, EntryBufferLength, out var found) == 0 && found != 0 ? (user.UserId, user.GroupId) : null;
    }

    /// <summary>The number of a group (getgrnam); null if there is none of that name.</summary>
    public static uint? FindGroup(string name)
    {
        var buffer = stackalloc byte[EntryBufferLength];
        return NativeGetGroup(name, out var group, buffer, EntryBufferLength, out var found) == 0 && found != 0 ? group.GroupId : null;
    }

    /// <summary>
    /// Makes the whole process run as <paramref name="userId"/>, for good. The C library carries the change to every thread.
    /// </summary>
    /// <param name="userName">Whose supplementary groups to take.</param>
    /// <param name="userId">The user; must not be root.</param>
    /// <param name="groupId">The group.</param>
    /// <remarks>
    /// The calling thread alone keeps three capabilities, so that what it does later can bind ports below 1024, read certificate keys, open
    /// log files anew and remove the pid file, like nginx's master (docs/decisions/0004-one-process-and-the-user-directive.md). Threads
    /// that carry traffic keep none.
    /// </remarks>
    /// <exception cref="CredentialsException">The kernel refused; the process may be half changed and should exit.</exception>
    public static void Drop(string userName, uint userId, uint groupId)
    {
        Check(NativeSetGroup(groupId), $"setgid({groupId})");
        Check(NativeSetGroups(userName, groupId), $"initgroups({userName}, {groupId})");
        Check(NativeProcessControl(KeepCapabilities, 1, 0, 0, 0), "prctl(PR_SET_KEEPCAPS, 1)");
        Check(NativeSetUser(userId), $"setuid({userId})");
        Check(NativeProcessControl(KeepCapabilities, 0, 0, 0, 0), "prctl(PR_SET_KEEPCAPS, 0)");
        KeepOnly((1u << CapDacOverride) | (1u << CapDacReadSearch) | (1u << CapNetBindService));
        ProcessControl.AllowCoreDumps();
    }

    /// <summary>
    /// Lets a program that the calling thread starts from now on keep the thread's capabilities. Where the kernel refuses, the program goes
    /// without, and what it cannot do then it will say.
    /// </summary>
    public static void RaiseAmbient()
    {
        var kept = SetInheritable(all: true);
        for (var capability = 0; capability < 32; capability++)
        {
            if ((kept & (1u << capability)) != 0)
                NativeProcessControl(Ambient, AmbientRaise, (nuint)capability, 0, 0);
        }
    }

    /// <summary>Takes <see cref="RaiseAmbient"/> back.</summary>
    public static void ClearAmbient()
    {
        NativeProcessControl(Ambient, AmbientClearAll, 0, 0, 0);
        SetInheritable(all: false);
    }

    /// <summary>Takes every capability from the calling thread: a loop of a process that was started with some has no use for them.</summary>
    public static void DropOnThisThread()
    {
        NativeProcessControl(Ambient, AmbientClearAll, 0, 0, 0);
        var header = new CapabilityHeader { Version = CapabilityVersion3, ProcessId = 0 };
        var none = stackalloc uint[6];
        NativeSetCapabilities(&header, none);
    }

    private static uint SetInheritable(bool all)
    {
        var header = new CapabilityHeader { Version = CapabilityVersion3, ProcessId = 0 };
        var data = stackalloc uint[6];
        NativeGetCapabilities(&header, data);
        data[2] = all ? data[1] : 0;
        NativeSetCapabilities(&header, data);
        return data[1];
    }

    private static void KeepOnly(uint capabilities)
    {
        var header = new CapabilityHeader { Version = CapabilityVersion3, ProcessId = 0 };

        // Three words of 32 capabilities each (effective, permitted, inheritable), then the same for numbers 32 to 63. A container may
        // have fewer than asked for; without them the process still serves, only later reloads can do less.
        var data = stackalloc uint[6];
        Check(NativeGetCapabilities(&header, data), "capget()");
        var kept = capabilities & data[1];
        data[0] = data[1] = kept;
        data[2] = data[3] = data[4] = data[5] = 0;
        Check(NativeSetCapabilities(&header, data), "capset()");
    }

    private static void Check(int returned, string call)
    {
        if (ProcessControl.Result(returned) is var errno and not 0)
            throw new CredentialsException(call, errno);
    }

    /// <summary>The head of <c>struct passwd</c>; both C libraries begin it alike and go on with pointers.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct UserEntry
    {
        public nint Name;
        public nint Password;
        public uint UserId;
        public uint GroupId;
    }

    /// <summary>The head of <c>struct group</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct GroupEntry
    {
        public nint Name;
        public nint Password;
        public uint GroupId;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityHeader
    {
        public uint Version;
        public int ProcessId;
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeGetUser(string name, out UserEntry entry, byte* buffer, nuint length, out nint found);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeGetGroup(string name, out GroupEntry entry, byte* buffer, nuint length, out nint found);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int NativeSetGroup(uint groupId);

    [LibraryImport("libc", EntryPoint = "initgroups", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeSetGroups(string userName, uint groupId);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int NativeSetUser(uint userId);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int NativeProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    private static partial int NativeGetCapabilities(CapabilityHeader* header, uint* data);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int NativeSetCapabilities(CapabilityHeader* header, uint* data);
}
