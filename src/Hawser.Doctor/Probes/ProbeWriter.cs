using System.Text.Json;
using Hawser.Doctor.Findings;
using Hawser.Doctor.Rendering;
using Hawser.Doctor.Texts;

namespace Hawser.Doctor.Probes;

/// <summary>Writes steps as they come: a line for people, or one JSON object in a line.</summary>
internal sealed class ProbeWriter(TextCatalog texts, DoctorArguments arguments, TextWriter output)
{
    private readonly Style _style = new(arguments.Colour);

    private bool IsText => arguments.Format == OutputFormat.Text;

    public void Title(string url)
    {
        if (!IsText) return;
        output.WriteLine(_style.Bold(texts.Get("probe", "title", ("url", url))));
        output.Flush();
    }

    /// <summary>Tells that a long step goes on.</summary>
    public void Progress(TimeSpan elapsed)
    {
        if (!IsText) return;
        output.WriteLine("  … " + texts.Get("probe", "progress", ("time", ProbeConnection.Seconds(elapsed))));
        output.Flush();
    }

    public void Write(ProbeStep step)
    {
        string text = Clean(texts.Get("probe", step.Key, step.Values.AsSpan()));
        string? fix = texts.Of("probe").Find(step.Key + ".fix") is { } advice ? Clean(TextCatalog.Fill(advice, step.Values.AsSpan())) : null;
        if (IsText) WriteText(step, text, fix);
        else WriteJson(step, text, fix);
        output.Flush();
    }

    private void WriteText(ProbeStep step, string text, string? fix)
    {
        string mark = step.Result switch
        {
            ProbeResult.Passed => _style.Good("✓"),
            ProbeResult.Noted => _style.Caution("!"),
            _ => _style.Bad("✗"),
        };
        output.WriteLine($"  {mark} {text}");
        if (fix is not null) output.WriteLine($"    {_style.Bold(texts.Get("doctor", "label.fix") + ":")} {fix}");
    }

    private void WriteJson(ProbeStep step, string text, string? fix)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("step", step.Key);
            json.WriteString("result", step.Result switch { ProbeResult.Passed => "passed", ProbeResult.Noted => "noted", _ => "failed" });
            json.WriteString("text", text);
            if (fix is not null) json.WriteString("advice", fix);
            foreach (TextValue value in step.Values) json.WriteString(value.Name, value.Value);
            json.WriteEndObject();
        }
        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    // What a server says must not steer a terminal.
    private static string Clean(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length);
        foreach (System.Text.Rune rune in text.EnumerateRunes()) clean.Append(System.Text.Rune.IsControl(rune) ? " " : rune.ToString());
        return clean.ToString();
    }
}
