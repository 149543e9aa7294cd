namespace Hawser.CommandLine;

/// <summary>
/// Reads a command line the way nginx does: one-letter options that may share a dash (<c>-tq</c>), a value glued to its
/// option or in the next argument (<c>-cFILE</c>, <c>-c FILE</c>), the last one winning.
/// </summary>
/// <remarks>
/// It loads nothing beyond itself: <c>-t</c> and <c>-V</c> are run by tools in loops, and a general parser would cost more than
/// the rest of the start.
/// </remarks>
public static class NginxOptionParser
{
    /// <summary>Parses <paramref name="arguments"/>.</summary>
    /// <param name="arguments">The command line without the program's name.</param>
    /// <param name="options">The options, or null where the line is wrong.</param>
    /// <param name="error">What is wrong, in nginx's words and without a prefix, or null.</param>
    /// <returns>Whether the line is right.</returns>
    public static bool TryParse(IReadOnlyList<string> arguments, out NginxOptions? options, out string? error)
    {
        var parsed = new NginxOptions();
        options = null;

        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith('-'))
            {
                error = $"invalid option: \"{argument}\"";
                return false;
            }

            for (var position = 1; position < argument.Length; position++)
            {
                var letter = argument[position];
                if (ApplyFlag(letter, ref parsed))
                    continue;

                if (ValueName(letter) is not { } valueName)
                {
                    error = $"invalid option: \"{letter}\"";
                    return false;
                }

                // The rest of the argument is the value; an empty rest takes the next argument.
                var value = position + 1 < argument.Length ? argument[(position + 1)..]
                    : ++i < arguments.Count ? arguments[i]
                    : null;
                error = value is null ? $"option \"-{letter}\" requires {valueName}" : ApplyValue(letter, value, ref parsed);
                if (error is not null)
                    return false;

                break;
            }
        }

        options = parsed;
        error = null;
        return true;
    }

    private static bool ApplyFlag(char letter, ref NginxOptions options)
    {
        switch (letter)
        {
            case '?' or 'h':
                options = options with { ShowVersion = true, ShowHelp = true };
                return true;
            case 'v':
                options = options with { ShowVersion = true };
                return true;
            case 'V':
                options = options with { ShowVersion = true, ShowFeatures = true };
                return true;
            case 't':
                options = options with { TestConfiguration = true };
                return true;
            case 'T':
                options = options with { TestConfiguration = true, DumpConfiguration = true };
                return true;
            case 'q':
                options = options with { Quiet = true };
                return true;
            default:
                return false;
        }
    }

    private static string? ValueName(char letter) => letter switch
    {
        'p' => "directory name",
        'e' or 'c' => "file name",
        'g' or 's' => "parameter",
        _ => null,
    };

    private static string? ApplyValue(char letter, string value, ref NginxOptions options)
    {
        if (letter == 's')
        {
            var signal = value switch
            {
                "stop" => ControlSignal.Stop,
                "quit" => ControlSignal.Quit,
                "reload" => ControlSignal.Reload,
                "reopen" => ControlSignal.Reopen,
                "upgrade" => ControlSignal.Upgrade,
                _ => ControlSignal.None,
            };
            options = options with { Signal = signal };
            return signal == ControlSignal.None ? $"invalid option: \"-s {value}\"" : null;
        }

        options = letter switch
        {
            'p' => options with { Prefix = value },
            'e' => options with { ErrorLog = value },
            'c' => options with { ConfigurationFile = value },
            _ => options with { GlobalDirectives = value },
        };
        return null;
    }
}
