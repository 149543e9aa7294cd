using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Hawser.Demo;

/// <summary>
/// The lab's buttons as an HTTP interface, for the demo's own page alone: it listens on 127.0.0.1, and a call must name the page as its
/// origin, which a browser does truthfully and no other page can forge.
/// </summary>
internal sealed class LabControl : IAsyncDisposable
{
    private const int Attempts = 10;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly HttpListener _listener;
    private readonly Lab _lab;
    private readonly string[] _origins;
    private readonly Task _serving;

    private LabControl(HttpListener listener, int port, Lab lab, int pagePort)
    {
        _listener = listener;
        _lab = lab;
        Port = port;
        _origins = [.. from scheme in (string[])["http", "https"] from host in (string[])["localhost", "127.0.0.1", "[::1]"] select $"{scheme}://{host}:{pagePort}"];
        _serving = ServeAsync();
    }

    /// <summary>The port of 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Listens on a free port.</summary>
    /// <param name="lab">Does what is asked for.</param>
    /// <param name="pagePort">The port of the gateway that serves the page.</param>
    /// <exception cref="HttpListenerException">No port could be bound.</exception>
    public static LabControl Start(Lab lab, int pagePort)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = DemoPorts.TakeFree();
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return new LabControl(listener, port, lab, pagePort);
            }
            catch (HttpListenerException) when (attempt < Attempts)
            {
                listener.Close(); // somebody took the port in between
            }
        }
    }

    /// <summary>
    /// The configuration with a location that tells the page the port. It is put on the line of another one, so that the lines of the
    /// file keep their numbers in messages.
    /// </summary>
    public string Announce(string configuration) => configuration.Replace(
        "location / {", $"location = /lab.json {{ default_type application/json; return 200 '{{\"port\":{Port}}}'; }} location / {{", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return; // closed
            }

            try
            {
                await AnswerAsync(context.Request, context.Response);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                context.Response.Abort(); // the page is gone
            }
        }
    }

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var origin = request.Headers["Origin"];
        if (Array.IndexOf(_origins, origin) < 0 || request.UserHostName != $"127.0.0.1:{Port}")
        {
            response.StatusCode = (int)HttpStatusCode.Forbidden;
            return;
        }

        response.Headers["Access-Control-Allow-Origin"] = origin;
        response.Headers["Vary"] = "Origin";
        response.Headers["Cache-Control"] = "no-store";
        var action = request.Url!.AbsolutePath.Trim('/');
        if (request.HttpMethod != (action == "state" ? "GET" : "POST"))
        {
            response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
            return;
        }

        try
        {
            if (await _lab.DoAsync(action, name => request.QueryString[name]) is { } state)
                await WriteAsync(response, state);
            else
                response.StatusCode = (int)HttpStatusCode.NotFound;
        }
        catch (Exception e) when (e is FileNotFoundException or SocketException)
        {
            response.StatusCode = (int)HttpStatusCode.Conflict;
            await WriteAsync(response, new { error = e.Message });
        }
    }

    private static async Task WriteAsync<T>(HttpListenerResponse response, T content)
    {
        response.ContentType = "application/json";
        await response.OutputStream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(content, s_json));
    }
}
