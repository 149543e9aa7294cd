using System.Text;
using System.Text.Json;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Rendering;

/// <summary>Writes findings as JSON: one object with an array of findings, each with its place, texts and edits.</summary>
/// <remarks>Written token by token: no serializer has to be compiled at start.</remarks>
public static class JsonRenderer
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document, ended by a line feed.</summary>
    public static string Render(Examination examination, TextCatalog texts)
    {
        ArgumentNullException.ThrowIfNull(examination);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteStartArray("findings");
            foreach (Finding finding in examination.Findings) Write(json, finding, texts);
            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (SourceFile file in examination.Files) json.WriteStringValue(ByteText.ToDisplay(file.Path));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Finding finding, TextCatalog texts)
    {
        json.WriteStartObject();
        json.WriteString("rule", finding.RuleId);
        json.WriteString("severity", NameOf(finding.Severity));
        json.WriteBoolean("unknown", finding.IsUnknown);
        json.WriteString("title", texts.Title(finding));
        json.WriteString("consequence", texts.Consequence(finding));
        json.WriteString("advice", texts.Advice(finding));
        json.WriteString("page", TextRenderer.PageOf(finding.RuleId, texts.Language));
        if (finding.Span is { } span)
        {
            json.WriteString("file", ByteText.ToDisplay(span.File.Path));
            json.WriteNumber("line", span.Line);
            json.WriteNumber("column", span.Column);
            json.WriteNumber("offset", span.Start);
            json.WriteNumber("length", span.Length);
        }
        if (finding.Fix is { } fix)
        {
            json.WriteStartArray("edits");
            foreach (TextEdit edit in fix.Edits)
            {
                json.WriteStartObject();
                json.WriteString("file", ByteText.ToDisplay(edit.Path));
                json.WriteNumber("offset", edit.Start);
                json.WriteNumber("length", edit.Length);
                json.WriteString("text", ByteText.ToDisplay(edit.Text));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    internal static string NameOf(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => "error",
        FindingSeverity.Warning => "warning",
        _ => "hint",
    };
}
