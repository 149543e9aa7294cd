using Hawser.Doctor.Findings;

namespace Hawser.Doctor.Rendering;

/// <summary>The colours of a terminal, or none.</summary>
internal sealed class Style(bool colour)
{
    private const string Reset = "\e[0m";

    public string Bold(string text) => Paint("\e[1m", text);

    public string Dim(string text) => Paint("\e[2m", text);

    public string Good(string text) => Paint("\e[32m", text);

    public string Bad(string text) => Paint("\e[1;31m", text);

    public string Caution(string text) => Paint("\e[1;33m", text);

    public string Added(string text) => Paint("\e[32m", text);

    public string Removed(string text) => Paint("\e[31m", text);

    public string OfSeverity(Finding finding, string text) => finding switch
    {
        { IsUnknown: true } => Paint("\e[1;35m", text),
        { Severity: FindingSeverity.Error } => Bad(text),
        { Severity: FindingSeverity.Warning } => Caution(text),
        _ => Paint("\e[1;36m", text),
    };

    private string Paint(string start, string text) => colour ? start + text + Reset : text;
}
