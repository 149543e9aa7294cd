using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;
using Hawser.Protocols.WebSocket;

namespace Hawser.Gateway.Exchange;

/// <summary>Turns a parsed HTTP/1 head into an exchange: copies the bytes, decides framing, host and path, picks the server (step 3).</summary>
internal static class RequestHeadReader
{
    /// <summary>A complete head. What is wrong with it as a whole becomes <see cref="HttpExchange.RefusedWith"/>.</summary>
    public static void Read(HttpExchange exchange, RequestHeadParser parser, ReadOnlySpan<byte> message, Http1Connection connection)
    {
        ByteSlice head = CopyHead(exchange, parser, message);
        RequestRejection rejection = RequestFraming.Decide(parser, message, out RequestFraming framing);
        CopyFields(exchange, parser, head, parser.Headers.Length);
        if (framing.HasHost) TakeHost(exchange, in framing, head);
        bool isMisdirected = false;
        if (framing.HasHost || rejection == RequestRejection.None) isMisdirected = !SelectServer(exchange, connection);
        else UseDefaultServer(exchange, connection);
        // nginx reads the target before the fields: a bad one is refused whatever they say, and the log has seen nothing else.
        if (!TakeTarget(exchange, parser, head))
        {
            exchange.RequestHeaders.Clear();
            exchange.Host = exchange.HostPort = default;
            UseDefaultServer(exchange, connection);
            exchange.RequestLength = EndOfLine(message, parser.RequestLine.End) - parser.Start;
            Refuse(exchange, RequestRejection.InvalidTarget, parser);
            return;
        }
        if (isMisdirected)
        {
            RefuseMisdirected(exchange, parser, message, head, in framing);
            return;
        }
        if (rejection != RequestRejection.None)
        {
            if (IsAboutOneField(rejection)) exchange.RequestLength = EndOfField(parser, message, framing.FieldsRead) - parser.Start;
            Refuse(exchange, rejection, parser);
            return;
        }
        if (parser.Has(KnownHeader.Upgrade)) exchange.Handshake = OpeningHandshake.Examine(parser, message).Verdict;
        exchange.KeepAlive = framing.KeepAlive;
        if (framing.Body == BodyFraming.Sized && framing.ContentLength > 0 || framing.Body == BodyFraming.Chunked || framing.ExpectsContinue)
        {
            exchange.Body = new Http1RequestBody(connection, framing.Body == BodyFraming.Chunked ? -1 : Math.Max(0, framing.ContentLength), framing.ExpectsContinue);
        }
    }

    /// <summary>A head that cannot be used: what is known of it goes into the log, and the answer is an error page.</summary>
    public static void Refuse(HttpExchange exchange, RequestHeadParser parser, ReadOnlySpan<byte> message, RequestRejection rejection, Http1Connection connection)
    {
        ByteSlice head = CopyHead(exchange, parser, message);
        UseDefaultServer(exchange, connection);
        if (parser.RequestLineComplete && rejection is not (RequestRejection.UnsupportedVersion or RequestRejection.InvalidTarget))
        {
            TakeTarget(exchange, parser, head);
            int counted = rejection is RequestRejection.InvalidHeaderLine or RequestRejection.HeaderLineTooLong or RequestRejection.HeaderTimeout
                ? parser.CurrentHeaderStart : 0;
            exchange.RequestLength = (counted > 0 ? counted : EndOfLine(message, parser.RequestLine.End)) - parser.Start;
        }
        else
        {
            exchange.RequestLength = 0;
            exchange.Target = default;
            // What the client sent as its request line, up to the end of what is there.
            ReadOnlySpan<byte> rest = message[Math.Min(parser.Start, message.Length)..];
            rest = rest[..Math.Min(rest.Length, parser.Options.LargeBufferSize)];
            int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            exchange.RequestLine = exchange.Arena.Copy(end < 0 ? rest : rest[..end]);
        }
        Refuse(exchange, rejection, parser);
    }

    private static void Refuse(HttpExchange exchange, RequestRejection rejection, RequestHeadParser parser)
    {
        exchange.RefusedWith = rejection;
        exchange.KeepAlive = false;
        if (exchange.Version == 0) exchange.Version = parser.RequestLineComplete && !parser.IsSimpleRequest ? 10 : 11;
    }

    /// <summary>nginx decides this where it reads the host: the answer is the negotiated server's, and nothing behind that line has been seen.</summary>
    private static void RefuseMisdirected(HttpExchange exchange, RequestHeadParser parser, ReadOnlySpan<byte> message, ByteSlice head, in RequestFraming framing)
    {
        int fields = framing.HasHost ? 0 : parser.Headers.Length;
        bool isInTarget = framing.HasHost && framing.HostSource.End <= parser.RequestLine.End;
        if (framing.HasHost && !isInTarget) while (parser.Headers[fields++].Known != KnownHeader.Host) { }
        exchange.RequestHeaders.Clear();
        CopyFields(exchange, parser, head, fields);
        if (framing.HasHost) exchange.RequestLength = (isInTarget ? EndOfLine(message, parser.RequestLine.End) : EndOfField(parser, message, fields)) - parser.Start;
        exchange.Host = exchange.HostPort = default;
        Refuse(exchange, RequestRejection.Misdirected, parser);
    }

    private static ByteSlice CopyHead(HttpExchange exchange, RequestHeadParser parser, ReadOnlySpan<byte> message)
    {
        int length = Math.Min(parser.Consumed, message.Length);
        ByteSlice head = exchange.Arena.Copy(message[..length]);
        exchange.HeadBytes = length;
        exchange.RequestLength = Math.Max(0, length - parser.Start);
        if (parser.HasStarted) exchange.RequestLine = Of(head, parser.RequestLine);
        if (!parser.RequestLineComplete) return head;
        exchange.Method = parser.Method;
        exchange.MethodName = Of(head, parser.MethodName);
        exchange.Target = Of(head, parser.Target);
        exchange.Version = parser.IsSimpleRequest ? 9 : parser.IsHttp11 ? 11 : 10;
        exchange.Protocol = Of(head, parser.Protocol);
        return head;
    }

    private static void CopyFields(HttpExchange exchange, RequestHeadParser parser, ByteSlice head, int count)
    {
        bool ignoreInvalid = parser.Options.IgnoreInvalidHeaders;
        foreach (ref readonly HeaderField field in parser.Headers[..count])
        {
            if (field.Invalid && ignoreInvalid) continue;
            exchange.RequestHeaders.Add(Of(head, field.Name), Of(head, field.Value), field.Known);
        }
    }

    private static void TakeHost(HttpExchange exchange, in RequestFraming framing, ByteSlice head)
    {
        ByteSlice source = Of(head, framing.HostSource);
        HostName host = framing.Host;
        if (host.HasUppercase)
        {
            host.Lower(source.Span, exchange.Arena.Allocate(host.Length, out ByteSlice lower));
            exchange.Host = lower;
        }
        else exchange.Host = source.Slice(0, host.Length);
        if (host.Port > 0) exchange.HostPort = exchange.Arena.Format(host.Port);
    }

    // 3 server: the listener's servers by Host; a request without one asks for the name ""
    // False: the request is for another server than the handshake, and that one asks clients for certificates.
    private static bool SelectServer(HttpExchange exchange, Http1Connection connection)
    {
        ServerModel server = connection.IsNegotiated(exchange.Host) ? connection.FindNegotiated(exchange) : connection.Listener.Names.Find(exchange, exchange.Host);
        // A certificate was asked for in the name of one server, and must not open another (RFC 9110 §7.4).
        bool isMisdirected = connection.HasNegotiatedServer && !connection.IsNegotiated(exchange.Host)
            && server.VerifyClient != Configuration.Model.SslVerifyClient.Off;
        Use(exchange, isMisdirected ? connection.DefaultServer : server);
        return !isMisdirected;
    }

    private static void UseDefaultServer(HttpExchange exchange, Http1Connection connection) => Use(exchange, connection.DefaultServer);

    private static void Use(HttpExchange exchange, ServerModel server)
    {
        exchange.Server = server;
        exchange.Location = server.Defaults;
    }

    private static bool TakeTarget(HttpExchange exchange, RequestHeadParser parser, ByteSlice head)
    {
        bool merge = exchange.Server.Limits.MergeSlashes;
        exchange.TargetFlags = parser.TargetFlags;
        if (!parser.NeedsNormalization && !(merge && (parser.TargetFlags & TargetFlags.Complex) != 0))
        {
            exchange.Uri = Of(head, parser.RawPath);
            exchange.Args = Of(head, parser.RawArgs);
        }
        else
        {
            Span<byte> output = exchange.Arena.Allocate(exchange.Target.Length + 1, out ByteSlice normalized);
            if (!RequestTarget.TryNormalize(exchange.Target.Span, parser.TargetFlags, merge, output, out NormalizedTarget result)) return false;
            exchange.Uri = normalized.Slice(0, result.PathLength);
            exchange.Args = exchange.Target.Slice(result.Args.Start, result.Args.Length);
            exchange.TargetFlags = result.Flags;
        }
        // An empty path (absolute form) or one with a fragment is not what a backend may get unchanged.
        exchange.IsTargetUntouched = (parser.TargetFlags & TargetFlags.EmptyPath) == 0;
        return true;
    }

    private static bool IsAboutOneField(RequestRejection rejection) =>
        rejection is RequestRejection.DuplicateHost or RequestRejection.InvalidHost or RequestRejection.DuplicateHeader;

    /// <summary>Where the line after the field with that number (counted from 1) begins.</summary>
    private static int EndOfField(RequestHeadParser parser, ReadOnlySpan<byte> message, int number) => number < parser.Headers.Length
        ? parser.Headers[number].Name.Start
        : EndOfLine(message, parser.Headers[number - 1].Value.End);

    private static int EndOfLine(ReadOnlySpan<byte> message, int end)
    {
        if (end < message.Length && message[end] == '\r') end++;
        return end < message.Length && message[end] == '\n' ? end + 1 : end;
    }

    private static ByteSlice Of(ByteSlice head, ByteRange range) => range.Length == 0 ? default : head.Slice(range.Start, range.Length);
}
