using System.Collections.Immutable;
using System.Text;
using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Reading;

/// <summary>
/// The files of a configuration as the parser sees them: changed ones in place of those on disk, without a byte order mark, and with
/// templates hidden. The originals are kept for everything that people see.
/// </summary>
internal sealed class DoctorFiles(IConfigurationFiles files, IReadOnlyDictionary<string, string>? changed) : IConfigurationFiles
{
    private const string ByteOrderMark = "\u00EF\u00BB\u00BF";

    private readonly Dictionary<string, Original> _originals = [];

    private sealed record Original(SourceFile File, List<TemplateMask.Range> Hidden);

    /// <summary>The file as it is on disk; the file itself if it was never read here.</summary>
    public SourceFile OriginalOf(SourceFile file) => _originals.TryGetValue(file.Path, out Original? original) ? original.File : file;

    /// <summary>What of a file is a template's.</summary>
    public IReadOnlyList<TemplateMask.Range> HiddenIn(SourceFile file) => _originals.TryGetValue(file.Path, out Original? original) ? original.Hidden : [];

    /// <summary>Whether a stretch holds something of a template, so that its value is not known.</summary>
    public bool IsHidden(SourceSpan span)
    {
        foreach (TemplateMask.Range range in HiddenIn(span.File))
        {
            if (range.Start < span.End && span.Start < range.End) return true;
        }
        return false;
    }

    /// <summary>Whether the file begins with a byte order mark.</summary>
    public static bool HasByteOrderMark(SourceFile original) => original.Text.StartsWith(ByteOrderMark, StringComparison.Ordinal);

    public FileContent Read(string path)
    {
        FileContent content = changed is not null && changed.TryGetValue(path, out string? text)
            ? new FileContent(Encoding.Latin1.GetBytes(text), null)
            : files.Read(path);
        if (content.Failure is not null) return content;
        var original = new SourceFile(path, content.Bytes);
        string masked = TemplateMask.Apply(original.Text, out List<TemplateMask.Range> hidden);
        if (HasByteOrderMark(original)) masked = "   " + masked[3..];
        _originals[path] = new Original(original, hidden);
        return ReferenceEquals(masked, original.Text) ? content : new FileContent(Encoding.Latin1.GetBytes(masked), null);
    }

    public ImmutableArray<string> Glob(string pattern) => files.Glob(pattern);

    public bool Exists(string path) => files.Exists(path);

    public string GetFullPath(string path, string directory) => files.GetFullPath(path, directory);
}
