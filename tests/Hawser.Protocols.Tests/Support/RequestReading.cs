using Hawser.Protocols.Http1;

namespace Hawser.Protocols.Tests.Support;

/// <summary>Everything a <see cref="RequestHeadParser"/> says about a message, as text that can be compared.</summary>
internal sealed record RequestReading(
    HeadStatus Status,
    RequestRejection Error,
    string Method,
    string Target,
    string Version,
    string Headers,
    string Rest)
{
    /// <summary>Feeds growing copies of the message: what is kept must be offsets.</summary>
    public static RequestHeadParser Feed(byte[] message, int[] ends, RequestHeadOptions? options = null)
    {
        var parser = new RequestHeadParser(options ?? RequestHeadOptions.Default);
        foreach (var end in ends)
        {
            if (parser.Parse(message.AsSpan(0, end).ToArray()) != HeadStatus.NeedMore)
                break;
        }

        return parser;
    }

    public static RequestReading Read(byte[] message, int[] ends, RequestHeadOptions? options = null)
    {
        var p = Feed(message, ends, options);
        var status = p.Parse(message);
        var fields = new List<string>();
        foreach (var field in p.Headers)
        {
            fields.Add($"{Wire.Text(field.Name.Of(message))}={Wire.Text(field.Value.Of(message))}"
                + (field.Invalid ? " invalid" : "") + (field.Known != KnownHeader.Unknown ? $" {field.Known}" : ""));
        }

        string Show(ByteRange range) => Wire.Text(range.Of(message));
        return new RequestReading(
            status,
            p.Error,
            $"{p.Method} {Show(p.MethodName)}",
            Show(p.Target),
            $"{p.VersionMajor}.{p.VersionMinor}",
            string.Join("|", fields),
            $"line={p.RequestLineComplete}:{Show(p.RequestLine)} flags={p.TargetFlags} path={Show(p.RawPath)} args={Show(p.RawArgs)} "
            + $"ext={Show(p.RawExtension)} scheme={Show(p.Scheme)} host={p.HasTargetHost}:{Show(p.TargetHost)} "
            + $"protocol={Show(p.Protocol)} start={p.Start} consumed={p.Consumed} rejected={p.RejectedHeader}");
    }

    /// <summary>Reads the message in every split.</summary>
    public static RequestReading Everywhere(string message, RequestHeadOptions? options = null)
        => Splitting.Everywhere(Wire.Bytes(message), (bytes, ends) => Read(bytes, ends, options));

    /// <summary>The status of the answer before any location is looked at: what a server with "return 200" shows.</summary>
    public static RequestRejection Judge(byte[] message, out bool complete)
    {
        var parser = Feed(message, [message.Length]);
        complete = false;
        switch (parser.Parse(message))
        {
            case HeadStatus.Error:
                return parser.Error;
            case HeadStatus.NeedMore when !parser.RequestLineComplete:
                return RequestRejection.None;
        }

        var target = parser.Target.Of(message);
        if (parser.NeedsNormalization
            && !RequestTarget.TryNormalize(target, parser.TargetFlags, mergeSlashes: true, new byte[target.Length], out _))
        {
            return RequestRejection.InvalidTarget;
        }

        if (parser.HasTargetHost && !HostName.TryParse(parser.TargetHost.Of(message), out _))
            return RequestRejection.InvalidTargetHost;

        if (parser.Parse(message) != HeadStatus.Complete)
            return RequestRejection.None;

        complete = true;
        return RequestFraming.Decide(parser, message, out _);
    }
}
