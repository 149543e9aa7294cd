using System.Text;
using System.Text.Json;
using Hawser.Configuration.Syntax;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Rules;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Rendering;

/// <summary>Writes findings as SARIF 2.1.0 (OASIS), which editors and code hosts read.</summary>
public static class SarifRenderer
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The log with its one run, ended by a line feed.</summary>
    /// <param name="version">The program's version.</param>
    public static string Render(Examination examination, TextCatalog texts, string version)
    {
        ArgumentNullException.ThrowIfNull(examination);
        ArgumentNullException.ThrowIfNull(texts);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            json.WriteString("columnKind", "unicodeCodePoints");
            WriteTool(json, examination, texts, version);
            json.WriteStartArray("results");
            foreach (Finding finding in examination.Findings) WriteResult(json, finding, examination, texts);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void WriteTool(Utf8JsonWriter json, Examination examination, TextCatalog texts, string version)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "hawser doctor");
        json.WriteString("version", version);
        json.WriteStartArray("rules");
        foreach (Rule rule in RuleCatalog.All)
        {
            if (!examination.Findings.Any(f => f.RuleId == rule.Id)) continue;
            TextResource text = texts.Of(rule.Id);
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            WriteText(json, "shortDescription", text["title"]);
            WriteText(json, "fullDescription", text["what"]);
            WriteText(json, "help", $"{text["why"]}\n\n{text["see"]}");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, Finding finding, Examination examination, TextCatalog texts)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.RuleId);
        json.WriteString("level", finding.Severity == FindingSeverity.Hint ? "note" : JsonRenderer.NameOf(finding.Severity));
        WriteText(json, "message", $"{texts.Title(finding)}. {texts.Consequence(finding)}");
        if (finding.Span is { } span)
        {
            json.WriteStartArray("locations");
            json.WriteStartObject();
            json.WriteStartObject("physicalLocation");
            WriteArtifact(json, span.File.Path);
            WriteRegion(json, "region", span);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }
        if (finding.Fix is { } fix) WriteFix(json, fix, examination, texts.Advice(finding));
        json.WriteEndObject();
    }

    private static void WriteFix(Utf8JsonWriter json, Fix fix, Examination examination, string advice)
    {
        json.WriteStartArray("fixes");
        json.WriteStartObject();
        WriteText(json, "description", advice);
        json.WriteStartArray("artifactChanges");
        foreach (IGrouping<string, TextEdit> file in fix.Edits.GroupBy(static e => e.Path))
        {
            if (examination.Files.FirstOrDefault(f => f.Path == file.Key) is not { } source) continue;
            json.WriteStartObject();
            WriteArtifact(json, file.Key);
            json.WriteStartArray("replacements");
            foreach (TextEdit edit in file)
            {
                json.WriteStartObject();
                WriteRegion(json, "deletedRegion", new SourceSpan(source, edit.Start, edit.Length));
                WriteText(json, "insertedContent", ByteText.ToDisplay(edit.Text));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteArtifact(Utf8JsonWriter json, string path)
    {
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", new Uri("file://" + ByteText.ToDisplay(path)).AbsoluteUri);
        json.WriteEndObject();
    }

    // The end is exclusive, in line and column (SARIF §3.30).
    private static void WriteRegion(Utf8JsonWriter json, string name, SourceSpan span)
    {
        var end = new SourceSpan(span.File, span.End, 0);
        json.WriteStartObject(name);
        json.WriteNumber("startLine", span.Line);
        json.WriteNumber("startColumn", span.Column);
        json.WriteNumber("endLine", end.Line);
        json.WriteNumber("endColumn", end.Column);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
