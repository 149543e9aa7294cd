using System.Text;

namespace Hawser.IO.Native;

/// <summary>A program about to be started, see <see cref="ProgramStarter"/>.</summary>
public sealed record ProgramStart
{
    /// <summary>The executable; one byte per character.</summary>
    public required string Path { get; init; }

    /// <summary>Its arguments, the program's own name first; one byte per character.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Environment variables beside this process's own; null takes one away.</summary>
    public Dictionary<string, string?> Variables { get; } = [];

    /// <summary>Descriptors of this process, and the numbers that they have in the new one. Everything else is closed there, but 0 to 2.</summary>
    public List<(int From, int To)> Descriptors { get; } = [];

    /// <summary>Where it starts; null: where this process is.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>A session of its own, and <c>/dev/null</c> for standard input and output.</summary>
    public bool IsDetached { get; init; }

    /// <summary>
    /// Lets the program have the capabilities of the calling thread, which a user other than root would lose at the start (ambient set).
    /// </summary>
    public bool KeepsCapabilities { get; init; }

    /// <summary>The command line of this process.</summary>
    public static string[] OwnArguments => Encoding.Latin1.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
}
