using Hawser.Gateway.Hosting;

namespace Hawser.Hosting;

/// <summary>The folder <c>logs</c> below the prefix, which nginx's installation makes.</summary>
internal static class LogFolder
{
    /// <summary>Makes the folder if the configuration writes there and it does not exist.</summary>
    public static void Create(ProcessSettings settings)
    {
        if (settings.LogFolder is not { } folder)
            return;

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening the first file in it will fail and say why.
        }
    }
}
