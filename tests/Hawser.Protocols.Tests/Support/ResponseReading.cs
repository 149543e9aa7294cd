using Hawser.Protocols.Http1;

namespace Hawser.Protocols.Tests.Support;

/// <summary>Everything a <see cref="ResponseHeadParser"/> and the framing say about a message, as text that can be compared.</summary>
internal sealed record ResponseReading(
    HeadStatus Status,
    ResponseRejection Error,
    int Code,
    string Text,
    string Headers,
    string Rest)
{
    public static ResponseHeadParser Feed(byte[] message, int[] ends)
    {
        var parser = new ResponseHeadParser();
        foreach (var end in ends)
        {
            if (parser.Parse(message.AsSpan(0, end).ToArray()) != HeadStatus.NeedMore)
                break;
        }

        return parser;
    }

    public static ResponseReading Read(byte[] message, int[] ends)
    {
        var p = Feed(message, ends);
        var status = p.Parse(message);
        var fields = new List<string>();
        foreach (var field in p.Headers)
            fields.Add($"{Wire.Text(field.Name.Of(message))}={Wire.Text(field.Value.Of(message))}{(field.Invalid ? " invalid" : "")}");

        var framing = default(ResponseFraming);
        var rejection = status == HeadStatus.Complete
            ? ResponseFraming.Decide(p, message, requestWasHead: false, out framing)
            : ResponseRejection.None;
        return new ResponseReading(
            status,
            p.Error,
            p.StatusCode,
            Wire.Text(p.StatusText.Of(message)),
            string.Join("|", fields),
            $"v{p.VersionMajor}.{p.VersionMinor} http09={p.IsHttp09} interim={p.IsInterim} consumed={p.Consumed} {framing} {rejection}");
    }

    public static ResponseReading Everywhere(string message) => Splitting.Everywhere(Wire.Bytes(message), Read);
}
