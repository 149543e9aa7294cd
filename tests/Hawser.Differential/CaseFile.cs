namespace Hawser.Differential;

/// <summary>One section of a case file: <c>== name arguments</c> and the lines below it.</summary>
/// <param name="Name">The first word of the heading.</param>
/// <param name="Arguments">The other words.</param>
/// <param name="Lines">The lines up to the next heading, without the blank lines that end them.</param>
/// <param name="Line">The heading's line number, from 1.</param>
public sealed record CaseSection(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<string> Lines, int Line)
{
    /// <summary>The lines as one text, each ended by a line feed.</summary>
    public string Text => string.Concat(Lines.Select(line => line + "\n"));

    /// <summary>The value of an argument <c>name=value</c>; null when it is absent.</summary>
    public string? Option(string name) => Arguments
        .Where(argument => argument.StartsWith(name + "=", StringComparison.Ordinal))
        .Select(argument => argument[(name.Length + 1)..])
        .FirstOrDefault();

    /// <summary>The first argument that is not an option.</summary>
    public string? Operand => Arguments.FirstOrDefault(argument => !argument.Contains('='));
}

/// <summary>A case file cut into sections; what the sections mean is <see cref="DifferentialCase"/>'s business.</summary>
public static class CaseFile
{
    /// <summary>Cuts a text into sections.</summary>
    /// <exception cref="CaseException">Text stands before the first heading.</exception>
    public static IReadOnlyList<CaseSection> Split(string text)
    {
        var sections = new List<CaseSection>();
        var body = new List<string>();
        CaseSection? open = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                Finish();
                var words = line[3..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                open = new(words[0], words[1..], [], number);
            }
            else if (open is not null)
            {
                body.Add(line);
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                throw new CaseException(number, "text before the first section; a section begins with a line like \"== note\"");
            }
        }

        Finish();
        return sections;

        void Finish()
        {
            while (body.Count > 0 && body[^1].Length == 0)
                body.RemoveAt(body.Count - 1);
            if (open is not null)
                sections.Add(open with { Lines = [.. body] });
            body.Clear();
        }
    }
}

/// <summary>A case file that cannot be understood.</summary>
/// <param name="line">Line number, from 1.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class CaseException(int line, string message) : Exception($"line {line}: {message}");
