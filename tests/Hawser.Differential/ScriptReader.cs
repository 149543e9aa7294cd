using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hawser.Testing;

namespace Hawser.Differential;

/// <summary>One act of the client.</summary>
public abstract record ClientStep
{
    private ClientStep()
    {
    }

    /// <summary>Connection that the step is for, counted from 1; opened by the first step that names it.</summary>
    public int Connection { get; init; } = 1;

    /// <summary>Port placeholder number to connect to.</summary>
    public int Port { get; init; }

    /// <summary>Sends bytes.</summary>
    public sealed record Send(string Text) : ClientStep;

    /// <summary>Waits.</summary>
    public sealed record Pause(TimeSpan Time) : ClientStep;

    /// <summary>Reads one response, interim ones included when asked.</summary>
    public sealed record ReadReply(bool IsHead, bool Interim, TimeSpan Timeout) : ClientStep;

    /// <summary>Reads until nothing came for a while, and shows the bytes.</summary>
    public sealed record ReadUntilIdle(TimeSpan Idle) : ClientStep;

    /// <summary>Reads so many bytes and shows them.</summary>
    public sealed record Read(int Count) : ClientStep;

    /// <summary>Waits for the end of the connection and notes when it came, in whole seconds.</summary>
    public sealed record WaitForEnd(TimeSpan Timeout) : ClientStep;

    /// <summary>Speaks TLS from here on.</summary>
    public sealed record StartTls(TlsPeer Peer) : ClientStep;

    /// <summary>Says close_notify and keeps the connection.</summary>
    public sealed record SayGoodbye : ClientStep;

    /// <summary>Ends the sending direction, over TLS with close_notify or without.</summary>
    public sealed record EndSending(bool SaysGoodbye) : ClientStep;

    /// <summary>Resets the connection.</summary>
    public sealed record Reset : ClientStep;
}

/// <summary>Reads the payload of a section: bytes with escapes, and lines that begin with <c>~</c> for everything that is not a byte.</summary>
public static partial class ScriptReader
{
    private static readonly TimeSpan s_replyTimeout = TimeSpan.FromSeconds(5);

    // Long enough for the other side to have read the first part before the second comes.
    private static readonly TimeSpan s_splitPause = TimeSpan.FromMilliseconds(30);

    /// <summary>Reads a section of nothing but bytes.</summary>
    public static string ReadText(CaseSection section)
    {
        var text = new StringBuilder();
        Walk(section, part => text.Append(part), (line, command, _) =>
            throw new CaseException(line, $"~{command} has no meaning here; only ~repeat has"));
        return text.ToString();
    }

    /// <summary>Reads a section <c>== backend [NAME]</c>.</summary>
    public static IReadOnlyList<BackendReply> ReadBackend(CaseSection section)
    {
        var replies = new List<BackendReply>();
        var steps = new List<BackendStep>();
        var after = RequestPart.Body;
        string? when = null;
        IReadOnlyList<BackendStep>? then = null;
        Walk(section, text => steps.Add(new BackendStep.Send(text)), (line, command, argument) =>
        {
            switch (command)
            {
                case "next": FinishReply(); break;
                case "when": when = argument; break;
                case "otherwise" when when is not null: then = [.. steps]; steps.Clear(); break;
                case "early": after = RequestPart.Head; break;
                case "at-once": after = RequestPart.Nothing; break;
                case "split": steps.Add(new BackendStep.Pause(s_splitPause)); break;
                case "pause": steps.Add(new BackendStep.Pause(Time(line, argument))); break;
                case "expect": steps.Add(new BackendStep.Expect(Number(line, argument))); break;
                case "echo": steps.Add(new BackendStep.Echo()); break;
                case "end": steps.Add(new BackendStep.EndSending()); break;
                case "close": steps.Add(new BackendStep.Close()); break;
                case "reset": steps.Add(new BackendStep.Reset()); break;
                case "goodbye": steps.Add(new BackendStep.SayGoodbye()); break;
                case "cut": steps.Add(new BackendStep.Cut()); break;
                case "hang": steps.Add(new BackendStep.Hang()); break;
                default: throw new CaseException(line, $"~{command} is unknown to a backend");
            }
        });
        FinishReply();
        return replies;

        void FinishReply()
        {
            replies.Add(new(then ?? [.. steps], after) { When = when, Otherwise = then is null ? [] : [.. steps] });
            steps.Clear();
            (after, when, then) = (RequestPart.Body, null, null);
        }
    }

    /// <summary>Reads a section <c>== request [connection=N] [port=N] [replies=N] [timeout=TIME] [tls …]</c>.</summary>
    public static IReadOnlyList<ClientStep> ReadRequest(CaseSection section, CaseCertificates certificates)
    {
        var steps = new List<ClientStep>();
        var methods = new Queue<string>();
        var timeout = section.Option("timeout") is { } time ? Time(section.Line, time) : s_replyTimeout;
        var replies = section.Option("replies") is { } count ? Number(section.Line, count) : 1;
        var tls = section.Operand == "tls" ? certificates.ClientPeer(section) : null;
        // What a connection says before it speaks TLS (the PROXY protocol) stands before a ~tls.
        if (tls is not null && !section.Lines.Contains("~tls"))
            steps.Add(new ClientStep.StartTls(tls));
        Walk(section, Send, (line, command, argument) =>
        {
            switch (command)
            {
                case "split": steps.Add(new ClientStep.Pause(s_splitPause)); break;
                case "pause": steps.Add(new ClientStep.Pause(Time(line, argument))); break;
                case "reply": steps.Add(Reply(interim: false)); replies = section.Option("replies") is null ? 0 : replies; break;
                case "interim": steps.Add(new ClientStep.ReadReply(false, true, timeout)); break;
                case "idle": steps.Add(new ClientStep.ReadUntilIdle(Time(line, argument))); break;
                case "read": steps.Add(new ClientStep.Read(Number(line, argument))); break;
                case "wait-end": steps.Add(new ClientStep.WaitForEnd(Time(line, argument))); break;
                case "end": steps.Add(new ClientStep.EndSending(SaysGoodbye: true)); break;
                case "cut": steps.Add(new ClientStep.EndSending(SaysGoodbye: false)); break;
                case "goodbye": steps.Add(new ClientStep.SayGoodbye()); break;
                case "reset": steps.Add(new ClientStep.Reset()); break;
                case "tls": steps.Add(new ClientStep.StartTls(tls ?? throw new CaseException(line, "~tls needs \"== request tls\""))); break;
                default: throw new CaseException(line, $"~{command} is unknown to a client");
            }
        });
        for (var i = 0; i < replies; i++)
            steps.Add(Reply(interim: false));

        var connection = section.Option("connection") is { } c ? Number(section.Line, c) : 1;
        var port = section.Option("port") is { } p ? Number(section.Line, p) : 0;
        return [.. steps.Select(step => step with { Connection = connection, Port = port })];

        void Send(string text)
        {
            steps.Add(new ClientStep.Send(text));
            foreach (Match match in RequestLine().Matches(text))
                methods.Enqueue(match.Groups[1].Value);
        }

        ClientStep.ReadReply Reply(bool interim) => new(methods.TryDequeue(out var method) && method == "HEAD", interim, timeout);
    }

    private static void Walk(CaseSection section, Action<string> onText, Action<int, string, string> onCommand)
    {
        var pending = new StringBuilder();
        var number = section.Line;
        foreach (var line in section.Lines)
        {
            number++;
            if (!line.StartsWith('~'))
            {
                pending.Append(Unescape(number, line));
                continue;
            }

            var (command, argument) = line[1..].Split(' ', 2) is [var c, var a] ? (c, a.Trim()) : (line[1..].Trim(), "");
            if (command == "repeat")
            {
                if (argument.Split(' ', 2) is not [var times, var what])
                    throw new CaseException(number, "~repeat COUNT TEXT is meant");
                pending.Insert(pending.Length, Unescape(number, what), Number(number, times));
                continue;
            }

            Flush();
            onCommand(number, command, argument);
        }

        Flush();

        void Flush()
        {
            if (pending.Length > 0)
                onText(pending.ToString());
            pending.Clear();
        }
    }

    private static string Unescape(int line, string text)
    {
        try
        {
            return Bytes.Unescape(text);
        }
        catch (FormatException error)
        {
            throw new CaseException(line, error.Message);
        }
    }

    private static int Number(int line, string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new CaseException(line, $"\"{text}\" is not a number");

    private static TimeSpan Time(int line, string text) => text switch
    {
        _ when text.EndsWith("ms", StringComparison.Ordinal) => TimeSpan.FromMilliseconds(Number(line, text[..^2])),
        _ when text.EndsWith('s') => TimeSpan.FromSeconds(Number(line, text[..^1])),
        _ => throw new CaseException(line, $"\"{text}\" is not a time like 100ms or 2s"),
    };

    [GeneratedRegex(@"^([!-~]+) [^\r\n]* HTTP/1\.[01]\r?$", RegexOptions.Multiline)]
    private static partial Regex RequestLine();
}
