using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Hosting;

/// <summary>
/// What the executable needs of the operating system. Native code lives in Hawser.IO alone, and the executable sees nothing below the
/// gateway, so this is where the two meet. Methods that can fail return <c>errno</c>, 0 for success.
/// </summary>
public static class ProcessServices
{
    /// <summary>Whether the process runs as root.</summary>
    public static bool IsRoot => ProcessControl.EffectiveUserId == 0;

    /// <summary>Whether this process is the background copy that <see cref="StartDetached"/> of another one made.</summary>
    public static bool IsDetached => DetachedProcess.IsThisProcess;

    /// <summary>
    /// Whether this process has given up root, or was started by one that had, in its place: then its control thread keeps some
    /// capabilities, and its loops have none.
    /// </summary>
    public static bool HasGivenUpRoot { get; private set; } = TakeCapabilitiesVariable();

    /// <inheritdoc cref="StandardError.Write"/>
    public static void WriteError(ReadOnlySpan<byte> bytes) => StandardError.Write(bytes);

    /// <summary>The form nginx appends to messages: <c>(2: No such file or directory)</c>.</summary>
    public static string DescribeError(int errno) => SystemError.Describe(errno);

    /// <summary>The same for an exception of <see cref="System.IO"/>.</summary>
    public static string DescribeError(Exception exception) => SystemError.Describe(exception);

    /// <inheritdoc cref="OpenSslLibrary.ReadVersion"/>
    public static string? ReadOpenSslVersion() => OpenSslLibrary.ReadVersion();

    /// <inheritdoc cref="ProcessControl.ResetSignal"/>
    public static void ResetSignal(int signal) => ProcessControl.ResetSignal(signal);

    /// <inheritdoc cref="ProcessControl.UnblockSignals"/>
    public static void UnblockSignals() => ProcessControl.UnblockSignals();

    /// <inheritdoc cref="ProcessControl.Kill"/>
    public static int Kill(int processId, int signal) => ProcessControl.Kill(processId, signal);

    /// <inheritdoc cref="ProcessControl.SetOpenFileLimit"/>
    public static int SetOpenFileLimit(ulong count) => ProcessControl.SetOpenFileLimit(count);

    /// <inheritdoc cref="ProcessControl.SetCoreSizeLimit"/>
    public static int SetCoreSizeLimit(ulong bytes) => ProcessControl.SetCoreSizeLimit(bytes);

    /// <inheritdoc cref="ProcessControl.ChangeDirectory"/>
    public static int ChangeDirectory(string path) => ProcessControl.ChangeDirectory(path);

    /// <inheritdoc cref="Credentials.FindUser"/>
    public static (uint UserId, uint GroupId)? FindUser(string name) => Credentials.FindUser(name);

    /// <inheritdoc cref="Credentials.FindGroup"/>
    public static uint? FindGroup(string name) => Credentials.FindGroup(name);

    /// <summary>
    /// Makes the whole process run as another user, for good; the calling thread keeps what a reload needs (see <see cref="Credentials.Drop"/>).
    /// </summary>
    /// <returns>Null on success; else nginx's line about the call that failed, and the process should exit.</returns>
    public static string? DropPrivileges(string userName, uint userId, uint groupId)
    {
        try
        {
            Credentials.Drop(userName, userId, groupId);
            HasGivenUpRoot = true;
            return null;
        }
        catch (CredentialsException e)
        {
            return e.Message;
        }
    }

    /// <inheritdoc cref="Credentials.DropOnThisThread"/>
    internal static void DropCapabilities() => Credentials.DropOnThisThread();

    /// <inheritdoc cref="DetachedProcess.StartAndWait"/>
    public static int StartDetached() => DetachedProcess.StartAndWait();

    /// <inheritdoc cref="DetachedProcess.ReportReady"/>
    public static void ReportReady() => DetachedProcess.ReportReady();

    /// <inheritdoc cref="ProgramStarter.WaitForExit"/>
    public static int WaitForExit(int processId) => ProgramStarter.WaitForExit(processId);

    private static bool TakeCapabilitiesVariable()
    {
        bool isSet = Environment.GetEnvironmentVariable(SuccessorProcess.CapabilitiesVariable) is not null;
        if (isSet) Environment.SetEnvironmentVariable(SuccessorProcess.CapabilitiesVariable, null);
        return isSet;
    }

    /// <summary>Lets standard error lead into a file, which is created if needed.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static int RedirectError(string path)
    {
        using var target = AppendFile.Open(path);
        return StandardError.Redirect(target.Descriptor);
    }
}
