using System.Text;

namespace Hawser.Doctor.Texts;

/// <summary>
/// The texts of one file: <c>key: text</c>, a text going on in lines that are indented by two spaces. Texts hold <c>{placeholders}</c>.
/// </summary>
public sealed class TextResource
{
    private readonly Dictionary<string, string> _texts;
    private readonly string _name;

    private TextResource(string name, Dictionary<string, string> texts)
    {
        _name = name;
        _texts = texts;
    }

    /// <summary>The keys in the order of the file.</summary>
    public IEnumerable<string> Keys => _texts.Keys;

    /// <summary>The text of a key.</summary>
    /// <exception cref="KeyNotFoundException">The file has none.</exception>
    public string this[string key] => _texts.TryGetValue(key, out string? text) ? text : throw new KeyNotFoundException($"{_name} has no text \"{key}\".");

    /// <summary>The text of a key, or null.</summary>
    public string? Find(string key) => _texts.GetValueOrDefault(key);

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">A line is neither a key nor part of a text.</exception>
    public static TextResource Parse(string name, string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? key = null;
        var text = new StringBuilder();
        foreach (ReadOnlySpan<char> line in content.AsSpan().EnumerateLines())
        {
            if (key is not null && (line.IsEmpty || line.StartsWith("  ")))
            {
                text.Append('\n').Append(line.IsEmpty ? line : line[2..]);
                continue;
            }
            if (line.IsEmpty) continue;
            Finish();
            int colon = line.IndexOf(':');
            if (colon <= 0) throw new FormatException($"{name}: \"{line}\" has no key.");
            key = line[..colon].ToString();
            text.Clear().Append(line[(colon + 1)..].Trim());
        }
        Finish();
        return new TextResource(name, texts);

        void Finish()
        {
            if (key is not null) texts.Add(key, text.ToString().Trim('\n'));
        }
    }
}
