using System.Globalization;
using System.Text;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Metrics;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary><c>stub_status</c>: the page with nginx's seven numbers, in the form that monitoring tools parse.</summary>
public sealed class StubStatus : IContentHandler
{
    private static readonly ByteSlice s_plain = new("text/plain"u8.ToArray());

    private StubStatus()
    {
    }

    public static StubStatus Instance { get; } = new();

    /// <summary>How many connections are in a phase, over all loops.</summary>
    public static long Count(HttpExchange exchange, ConnectionPhase phase)
    {
        long sum = 0;
        foreach (WorkerCounters counters in exchange.Worker.AllCounters) sum += counters.ConnectionsIn(phase);
        return sum;
    }

    /// <summary>How many connections there are.</summary>
    public static long CountAll(HttpExchange exchange) =>
        Count(exchange, ConnectionPhase.Waiting) + Count(exchange, ConnectionPhase.Reading) + Count(exchange, ConnectionPhase.Writing);

    public ValueTask<Outcome> HandleAsync(HttpExchange exchange)
    {
        if (exchange.Method is not (RequestMethod.Get or RequestMethod.Head)) return new(Outcome.Status(405));
        if (exchange.Body.DiscardReceived(exchange) is not 0 and var refused) return new(Outcome.Status(refused));
        ResponseHead head = exchange.Response.Head;
        head.Status = 200;
        head.ContentType = s_plain;
        exchange.Response.SendWhole(Encoding.ASCII.GetBytes(Describe(exchange)));
        return new(Outcome.Finished);
    }

    private static string Describe(HttpExchange exchange)
    {
        long accepted = 0, requests = 0;
        foreach (WorkerCounters counters in exchange.Worker.AllCounters)
        {
            accepted += counters.Accepted;
            requests += counters.Requests;
        }
        // What is accepted is handled: connections beyond worker_connections are closed before they are counted.
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Active connections: {CountAll(exchange)} \nserver accepts handled requests\n {accepted} {accepted} {requests} \n"
            + $"Reading: {Count(exchange, ConnectionPhase.Reading)} Writing: {Count(exchange, ConnectionPhase.Writing)} "
            + $"Waiting: {Count(exchange, ConnectionPhase.Waiting)} \n");
    }
}
