using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hawser.Testing;

namespace Hawser.EndToEnd.Tests.Ocsp;

/// <summary>A responder on 127.0.0.1 that answers as it is told, and remembers what it was asked.</summary>
internal sealed class OcspResponderStub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _clients = [];
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _running;
    private int _open;
    private bool _isStopped;

    /// <param name="answer">What is sent for a CertID; null says nothing at all, and leaves the connection open.</param>
    public OcspResponderStub(Func<ReadOnlyMemory<byte>, byte[]?> answer)
    {
        Answer = answer;
        _listener.Start();
        _running = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    public Func<ReadOnlyMemory<byte>, byte[]?> Answer { get; set; }

    /// <summary>No answer is sent before.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Answers come byte by byte, with a pause before each.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Heads of the requests so far.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Connections that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>A whole HTTP response.</summary>
    public static byte[] Http(byte[] body, string head = "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nConnection: close\r\n\r\n") =>
        [.. Encoding.ASCII.GetBytes(head), .. body];

    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _clients.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var head = await ReadHeadAsync(stream);
                _requests.Enqueue(head);
                await Gate.WaitAsync(_stop.Token);
                if (Answer(CertificateId(head)) is { } answer)
                    await SendAsync(stream, answer);
                else
                    _ = await stream.ReadAsync(new byte[1], _stop.Token); // until the gateway gives up
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // the gateway has gone, or the test is over
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task SendAsync(NetworkStream stream, byte[] answer)
    {
        var step = Pause == default ? answer.Length : 1;
        for (var sent = 0; sent < answer.Length; sent += step)
        {
            if (Pause != default)
                await Task.Delay(Pause, _stop.Token);
            await stream.WriteAsync(answer.AsMemory(sent, step), _stop.Token);
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
                throw new IOException("no whole head");
            head.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return head.ToString();
    }

    // GET /BASE64 HTTP/1.0
    private static ReadOnlyMemory<byte> CertificateId(string head)
    {
        var target = head.Split(' ')[1];
        return TestAuthority.CertificateIdOf(Convert.FromBase64String(Uri.UnescapeDataString(target[(target.LastIndexOf('/') + 1)..])));
    }
}
