using System.Net;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>The machine, the process and its version: constants.</summary>
internal static class ProcessVariables
{
    /// <summary>The nginx whose behaviour is reproduced; configurations compare <c>$nginx_version</c> with it.</summary>
    private static readonly ByteSlice s_nginxVersion = new("1.31.5"u8.ToArray());

    private static readonly ByteSlice s_processId = ByteSlice.FromLatin1(Environment.ProcessId.ToString());

    // The full name, in lower case as in nginx; Environment.MachineName stops at the first dot.
    private static readonly ByteSlice s_hostName = ByteSlice.FromLatin1(Dns.GetHostName().ToLowerInvariant());

    public static void AddTo(VariableFamily family)
    {
        family.Add("nginx_version", static _ => s_nginxVersion);
        family.Add("hostname", static _ => s_hostName);
        family.Add("pid", static _ => s_processId);
    }
}
