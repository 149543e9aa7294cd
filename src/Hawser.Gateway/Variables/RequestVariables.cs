using System.Security.Cryptography;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Phases.Access;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Variables;

/// <summary>What the client asked for, and where routing has taken it (nginx: ngx_http_variables.c).</summary>
internal static class RequestVariables
{
    private static readonly ByteSlice s_questionMark = new("?"u8.ToArray());
    private static readonly ByteSlice s_colon = new(":"u8.ToArray());
    private static readonly ByteSlice s_ok = new("OK"u8.ToArray());

    public static void AddTo(VariableFamily family)
    {
        family.Add("request", static e => ValueText.Present(e.RequestLine));
        family.AddVolatile("request_method", static e => ValueText.Present(e.Main.MethodName));
        family.Add("request_uri", static e => e.RefusedWith == RequestRejection.InvalidTarget ? VariableValue.NotFound : ValueText.Present(e.Target));
        family.Add("server_protocol", static e => ValueText.Present(e.Protocol));
        family.Add("host", static e => e.Host.IsEmpty ? e.Server.Name : e.Host);
        family.Add("server_name", static e => e.Server.Name);
        family.Add("request_port", static e => RequestPort(e.HostPort));
        family.Add("is_request_port", static e => RequestPort(e.HostPort).IsEmpty ? ByteSlice.Empty : s_colon);
        family.AddVolatile("uri", Uri);
        family.AddVolatile("document_uri", Uri);
        family.AddVolatile("args", static e => ValueText.Present(e.Args), SetArgs);
        family.AddVolatile("query_string", static e => ValueText.Present(e.Args));
        family.AddVolatile("is_args", static e => e.Args.IsEmpty ? ByteSlice.Empty : s_questionMark);
        family.Add("content_type", static e => HeaderReader.Find(e.RequestHeaders, KnownHeader.ContentType, e.Arena));
        family.AddVolatile("content_length", ContentLength);
        family.Add("remote_user", RemoteUser);
        family.Add("request_body", static e => e.Body.Memory.IsEmpty ? VariableValue.NotFound : e.Body.Memory);
        family.Add("request_body_file", static e => e.Body.FilePath.Length == 0 ? VariableValue.NotFound : e.Arena.CopyLatin1(e.Body.FilePath));
        family.Add("request_id", RequestId);
        family.AddVolatile("limit_rate", static e => ValueText.Number(e, e.LimitRate ?? 0), SetLimitRate);
        family.AddLate("request_length", static e => ValueText.Number(e, e.RequestLength));
        family.AddLate("request_time", static e => ValueText.Seconds(e, e.ElapsedMilliseconds));
        family.AddLate("request_completion", static e => e.Response.IsComplete && !e.Response.IsBroken ? s_ok : ByteSlice.Empty);
    }

    // Of a target that was refused the path is empty; without a target there is none.
    private static VariableValue Uri(HttpExchange exchange) =>
        exchange.Uri.IsEmpty && exchange.Target.IsEmpty ? VariableValue.NotFound : exchange.Uri;

    private static ByteSlice RequestPort(ByteSlice port)
    {
        int first = port.Span.IndexOfAnyExcept((byte)'0');
        return first < 0 ? default : port.Slice(first);
    }

    private static void SetArgs(HttpExchange exchange, ByteSlice value)
    {
        exchange.Args = value;
        exchange.IsTargetUntouched = false;
    }

    // The field as the client wrote it; for a chunked body the length once all of it has come.
    private static VariableValue ContentLength(HttpExchange exchange)
    {
        if (exchange.RequestHeaders.TryGet(KnownHeader.ContentLength, out ByteSlice field)) return field;
        bool isKnown = exchange.Body.DeclaredLength < 0 && exchange.Body.IsComplete;
        return isKnown ? ValueText.Number(exchange, exchange.Body.ReceivedLength) : VariableValue.NotFound;
    }

    private static VariableValue RemoteUser(HttpExchange exchange) =>
        BasicCredentials.TryRead(exchange, out ByteSlice user, out _) ? user : VariableValue.NotFound;

    private static VariableValue RequestId(HttpExchange exchange)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        Span<byte> text = exchange.Arena.Allocate(32, out ByteSlice id);
        Convert.TryToHexStringLower(random, text, out _);
        return id;
    }

    private static void SetLimitRate(HttpExchange exchange, ByteSlice value)
    {
        if (SizeModel.TryParse(value, out long size)) exchange.LimitRate = size;
        else exchange.LogError(LogLevel.Error, $"invalid $limit_rate \"{value}\"");
    }
}
