using System.Text;

namespace Hawser.Control;

/// <summary>Lines of cells in columns that are as wide as they must be.</summary>
internal sealed class TextTable(params bool[] rightAligned)
{
    private const int Gap = 3;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a line; it may have fewer cells than there are columns.</summary>
    public TextTable Add(params string[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    /// <summary>Writes all lines, each after some blanks and without any at its end.</summary>
    public void WriteTo(StringBuilder text, int indent)
    {
        var widths = new int[rightAligned.Length];
        foreach (var row in _rows)
        {
            for (var column = 0; column < row.Length; column++)
                widths[column] = Math.Max(widths[column], row[column].Length);
        }

        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++)
            {
                if (column > 0)
                    line.Append(' ', Gap);
                line.Append(rightAligned[column] ? row[column].PadLeft(widths[column]) : row[column].PadRight(widths[column]));
            }

            text.Append(' ', indent).Append(line.ToString().TrimEnd()).Append('\n');
        }
    }
}
