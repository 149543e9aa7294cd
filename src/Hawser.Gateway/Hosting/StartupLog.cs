using System.Globalization;
using System.Text;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Hosting;

/// <summary>
/// The log from the first moment until the configuration's own logs are open: <c>-e FILE</c>, or standard error.
/// </summary>
/// <remarks>
/// Like nginx, it repeats what is at least a warning on standard error, in the short form that tools parse
/// (<c>nginx: [emerg] …</c>), until <see cref="LeaveTerminal"/>. It keeps its own descriptor and never throws.
/// </remarks>
public sealed class StartupLog : IDisposable
{
    private const string StandardErrorName = "stderr";
    private static readonly string[] LevelNames = ["", "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

    private AppendFile? _file;
    private readonly MessageLevel _level;
    private readonly TimeProvider _time;
    private readonly Action<MessageLevel, string>? _forward;
    private bool _onTerminal = true;

    private StartupLog(AppendFile? file, MessageLevel level, TimeProvider time, Action<MessageLevel, string>? forward = null)
    {
        _file = file;
        _level = level;
        _time = time;
        _forward = forward;
    }

    /// <summary>Opens the log of <c>-e</c>; one that cannot be opened is reported and replaced by standard error.</summary>
    /// <param name="path">The full path, or null or <c>stderr</c> for standard error.</param>
    /// <param name="level">The least serious level that goes into the file: notice, or info for <c>-t</c>.</param>
    /// <param name="time">The clock of the time stamps.</param>
    public static StartupLog Open(string? path, MessageLevel level, TimeProvider time)
    {
        if (path is null or StandardErrorName)
            return new StartupLog(null, level, time);

        try
        {
            return new StartupLog(AppendFile.Open(path), level, time);
        }
        catch (IOException e)
        {
            WriteTerminal($"nginx: [alert] could not open error log file: {e.Message}\n");
            return new StartupLog(null, level, time);
        }
    }

    /// <summary>A log that hands everything on, for the time when the gateway's own logs are open.</summary>
    public static StartupLog Forward(Action<MessageLevel, string> target) =>
        new(null, MessageLevel.Debug, TimeProvider.System, target) { _onTerminal = false };

    /// <summary>
    /// Goes on in another file: as soon as the configuration is read, its own error log hears of everything that goes wrong in starting.
    /// If it cannot be opened, the log stays where it is, and who opens it next says why.
    /// </summary>
    /// <param name="path">A full path.</param>
    public void MoveTo(string path)
    {
        try
        {
            var file = AppendFile.Open(path);
            _file?.Dispose();
            _file = file;
        }
        catch (IOException)
        {
            // The gateway opens the same file and fails with the reason.
        }
    }

    /// <summary>From now on only the file is written; without a file, nothing.</summary>
    public void LeaveTerminal() => _onTerminal = false;

    /// <summary>Writes one message to the file in nginx's format, and to the terminal if it is serious.</summary>
    /// <param name="level">The level.</param>
    /// <param name="message">One line, without level and time.</param>
    /// <param name="details">More lines, for people: they go to the terminal only.</param>
    public void Write(MessageLevel level, string message, string? details = null)
    {
        if (_file is not null && level <= _level)
        {
            var now = _time.GetLocalNow().ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture);
            var line = $"{now} [{LevelNames[(int)level]}] {Environment.ProcessId}#{Environment.ProcessId}: {message}\n";
            _file.Write(Encoding.UTF8.GetBytes(line));
        }

        _forward?.Invoke(level, message);
        if (_onTerminal && level <= MessageLevel.Warning)
            WriteTerminal($"nginx: [{LevelNames[(int)level]}] {message}\n{details}");
    }

    /// <summary>Writes a line that is an answer rather than a log message, such as <c>test is successful</c>.</summary>
    public static void Say(string message) => WriteTerminal($"nginx: {message}\n");

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    private static void WriteTerminal(string text) => StandardError.Write(Encoding.UTF8.GetBytes(text));
}
