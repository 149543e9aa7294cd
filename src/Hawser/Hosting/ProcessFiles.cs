using Hawser.Control;

namespace Hawser.Hosting;

/// <summary>
/// What others find this process by: the pid file, and the control socket beside it. They come, are renamed and go together.
/// </summary>
internal sealed class ProcessFiles : IDisposable
{
    private readonly PidFile _pidFile;
    private readonly ControlSocket? _control;

    private ProcessFiles(PidFile pidFile, ControlSocket? control)
    {
        _pidFile = pidFile;
        _control = control;
    }

    /// <summary>Creates both; a gateway serves without a control socket if that cannot be opened.</summary>
    /// <param name="pidPath">The pid file.</param>
    /// <param name="answer">Answers requests of the control socket.</param>
    /// <param name="warn">Told why there is no control socket.</param>
    /// <exception cref="IOException">The pid file cannot be written.</exception>
    public static ProcessFiles Create(string pidPath, Func<string[], byte[]> answer, Action<string> warn)
    {
        // The socket first: who finds the pid file may ask at once.
        var control = OpenControl(pidPath, answer, warn);
        try
        {
            return new ProcessFiles(PidFile.Create(pidPath, Environment.ProcessId), control);
        }
        catch
        {
            control?.Dispose();
            throw;
        }
    }

    /// <summary>Renames both.</summary>
    /// <exception cref="IOException">One cannot be renamed.</exception>
    public void MoveTo(string pidPath)
    {
        _pidFile.MoveTo(pidPath);
        _control?.MoveTo(ControlSocket.PathFor(pidPath));
    }

    /// <summary>Removes both.</summary>
    public void Dispose()
    {
        _control?.Dispose();
        _pidFile.Dispose();
    }

    private static ControlSocket? OpenControl(string pidPath, Func<string[], byte[]> answer, Action<string> warn)
    {
        if (pidPath.StartsWith("/dev/", StringComparison.Ordinal))
            return null;

        try
        {
            return ControlSocket.Open(ControlSocket.PathFor(pidPath), answer);
        }
        catch (IOException e)
        {
            warn($"{e.Message}; hawser status and hawser drain will not work");
            return null;
        }
    }
}
