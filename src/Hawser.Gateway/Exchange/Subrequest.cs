using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Exchange;

/// <summary>
/// A request made by the gateway while it serves another one. It takes the steps of <see cref="ExchangePipeline"/> except the checks of
/// access; its answer has a head, and the body ends where the head does.
/// </summary>
internal sealed class Subrequest
{
    private static readonly ByteSlice s_get = new("GET"u8.ToArray());

    private readonly TaskCompletionSource _completion = new();
    private readonly HttpExchange _parent;

    private Subrequest(HttpExchange parent, HttpExchange exchange, bool isBackground)
    {
        _parent = parent;
        Exchange = exchange;
        IsBackground = isBackground;
    }

    /// <summary>The exchange that makes it; null once it is over.</summary>
    public HttpExchange? Exchange { get; private set; }

    /// <summary>The request that it belongs to goes on meanwhile, and waits only before it ends itself.</summary>
    public bool IsBackground { get; }

    public Task Completion => _completion.Task;

    /// <summary>Makes a subrequest and waits for its end.</summary>
    /// <param name="uri">Path, as in the configuration.</param>
    /// <returns>The exchange, whose answer can be looked at until <see cref="End"/>.</returns>
    public static async ValueTask<Subrequest> RunAsync(HttpExchange parent, ByteSlice uri)
    {
        HttpExchange exchange = Rent(parent, uri, default);
        exchange.MethodName = s_get;
        var subrequest = new Subrequest(parent, exchange, isBackground: false);
        parent.Add(subrequest);
        await subrequest.ServeAsync(exchange);
        return subrequest;
    }

    /// <summary>Makes a subrequest with the parent's method, query and, once it is read whole, body; nobody waits for it but the parent's end.</summary>
    public static void StartInBackground(HttpExchange parent, ByteSlice uri)
    {
        HttpExchange exchange = Rent(parent, uri, parent.Args);
        exchange.Method = parent.Method;
        exchange.MethodName = parent.MethodName;
        if (parent.Body.IsComplete && parent.Body.DeclaredLength != 0) exchange.Body = new SharedRequestBody(parent.Body);
        var subrequest = new Subrequest(parent, exchange, isBackground: true);
        parent.Add(subrequest);
        // After the parent has gone as far as it can, as in nginx.
        parent.Worker.Loop.Defer(() => _ = subrequest.RunToEndAsync());
    }

    /// <summary>The answer has been looked at.</summary>
    public void End()
    {
        if (Exchange is not { } exchange) return;
        Exchange = null;
        exchange.Worker.Return(exchange);
    }

    private static HttpExchange Rent(HttpExchange parent, ByteSlice uri, ByteSlice args)
    {
        HttpExchange exchange = parent.Worker.RentExchange();
        exchange.BeginSubrequest(parent);
        exchange.Uri = uri;
        exchange.Args = args;
        exchange.Response.Attach(new DiscardingSink());
        return exchange;
    }

    private async Task RunToEndAsync()
    {
        try
        {
            await ServeAsync(Exchange!);
        }
        catch (Exception e)
        {
            // A defect in the gateway: the client's own request goes on.
            _parent.Model.ErrorLog.Write(LogLevel.Crit, $"unexpected failure: {e}", _parent.Connection.Serial);
        }
        finally
        {
            End();
            _completion.TrySetResult();
        }
    }

    private async ValueTask ServeAsync(HttpExchange exchange)
    {
        try
        {
            await ExchangePipeline.RunAsync(exchange);
            if (exchange.Location.Logging.LogsSubrequests) exchange.Location.Logging.LogAccess(exchange);
        }
        finally
        {
            if (!IsBackground) _completion.TrySetResult();
        }
    }

    /// <summary>
    /// Takes the head and says that the client is gone: who makes the body need not go on, and an upstream that would send without end
    /// is not read from.
    /// </summary>
    private sealed class DiscardingSink : IResponseSink
    {
        public int Pending => 0;

        public bool IsBroken { get; private set; }

        public void Start(HttpExchange exchange, ReadOnlySpan<byte> body, bool isLast) => IsBroken = true;

        public void SendInterim(HttpExchange exchange, ResponseHead head)
        {
        }

        public void Write(ReadOnlySpan<byte> body, bool isLast)
        {
        }

        public int WriteFile(int file, ref long offset, int count) => -1;

        public ValueTask<bool> DrainAsync(int bytes) => new(!IsBroken);

        public void Truncate() => IsBroken = true;
    }

    /// <summary>A body that the parent has read whole and keeps.</summary>
    private sealed class SharedRequestBody(RequestBody body) : RequestBody
    {
        public override long DeclaredLength => body.DeclaredLength;

        public override long ReceivedLength => body.ReceivedLength;

        public override bool IsComplete => true;

        public override ByteSlice Memory => body.Memory;

        public override string FilePath => body.FilePath;

        public override long StoredLength => body.StoredLength;

        public override ValueTask<int> ReadAllAsync(HttpExchange exchange) => new(0);

        public override ValueTask<int> ReadAsync(HttpExchange exchange, Memory<byte> buffer) => new(0);

        public override int ReadStored(long offset, Span<byte> buffer) => body.ReadStored(offset, buffer);

        public override void Dispose()
        {
        }
    }
}
