using System.Globalization;
using System.Text;

namespace Hawser.Doctor.Probes;

/// <summary>What an answer to a handshake means.</summary>
internal static class AnswerVerdict
{
    // Answers whose cause can be named; all others are told as they are.
    private static readonly int[] s_known = [200, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 426, 429, 500, 502, 503, 504];

    /// <summary>The step that tells the answer.</summary>
    public static ProbeStep Of(HandshakeAnswer answer, TimeSpan timeout)
    {
        string server = answer.Header("Server") ?? "?";
        if (answer.Failure is { } failure) return new ProbeStep(ProbeResult.Failed, "handshake." + failure, ("time", ProbeConnection.Seconds(timeout)));
        if (answer.Status == 101) return OfSwitch(answer);
        string status = answer.Status.ToString(CultureInfo.InvariantCulture);
        string key = answer.Status is 301 or 302 or 303 or 307 or 308 ? "answer.redirect"
            : Array.IndexOf(s_known, answer.Status) >= 0 ? "answer." + status
            : "answer.other";
        return new ProbeStep(ProbeResult.Failed, key, ("status", status), ("server", server), ("location", answer.Header("Location") ?? ""), ("body", BodyStart(answer.Rest)));
    }

    // RFC 6455 §4.1: a client fails the connection unless all three are right.
    private static ProbeStep OfSwitch(HandshakeAnswer answer)
    {
        string accept = answer.Header("Sec-WebSocket-Accept") ?? "";
        if (!Has(answer.Header("Upgrade"), "websocket")) return new ProbeStep(ProbeResult.Failed, "accept.upgrade", ("value", answer.Header("Upgrade") ?? ""));
        if (!Has(answer.Header("Connection"), "upgrade")) return new ProbeStep(ProbeResult.Failed, "accept.connection", ("value", answer.Header("Connection") ?? ""));
        if (accept.Length == 0) return new ProbeStep(ProbeResult.Failed, "accept.missing");
        if (!answer.AcceptMatches) return new ProbeStep(ProbeResult.Failed, "accept.wrong", ("value", accept));
        return new ProbeStep(ProbeResult.Passed, "answer.101", ("server", answer.Header("Server") ?? "?"));
    }

    private static bool Has(string? value, string token) => value?.Contains(token, StringComparison.OrdinalIgnoreCase) == true;

    private static string BodyStart(byte[] body)
    {
        var text = new StringBuilder();
        foreach (Rune rune in Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 400))).EnumerateRunes())
        {
            if (text.Length >= 80) break;
            text.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }
        return text.ToString().Trim();
    }
}
