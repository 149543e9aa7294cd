using System.Net.Sockets;
using System.Text;
using Hawser.Gateway.Hosting;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Control;

/// <summary>
/// The Unix socket through which <c>hawser status</c> and <c>hawser drain</c> talk to a running gateway. It stands beside the pid file, and
/// only the gateway's own user and root may connect (docs/decisions/0041-control-socket.md).
/// </summary>
/// <remarks>
/// One request for each connection, a line of tab-separated words; the answer is one JSON document. A thread of its own serves one client
/// after the other: requests are rare and small, and none of it may touch a loop.
/// </remarks>
internal sealed class ControlSocket : IDisposable
{
    /// <summary>Bytes of the longest request.</summary>
    public const int MaximumRequest = 4096;

    private const int Backlog = 8;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(5);

    // When there is no descriptor for a client, there will not be one at once.
    private static readonly TimeSpan ShortagePause = TimeSpan.FromMilliseconds(500);

    private readonly Socket _listener;
    private readonly Func<string[], byte[]> _answer;
    private string _path;

    private ControlSocket(string path, Socket listener, Func<string[], byte[]> answer)
    {
        _path = path;
        _listener = listener;
        _answer = answer;
    }

    /// <summary>Where the socket of the gateway with a pid file is.</summary>
    public static string PathFor(string pidPath) => pidPath + ".control";

    /// <summary>Opens the socket and begins to answer.</summary>
    /// <param name="path">Its name; one that an earlier process has left is replaced.</param>
    /// <param name="answer">Answers the words of a request. Runs on the socket's thread.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static ControlSocket Open(string path, Func<string[], byte[]> answer)
    {
        var temporary = $"{path}.{Environment.ProcessId}.new";
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Linux takes the permissions of the name from the socket, so there is no moment in which others could connect.
            using (var handle = new SafeFileHandle(listener.Handle, ownsHandle: false))
                File.SetUnixFileMode(handle, OwnerOnly);
            File.Delete(temporary);
            listener.Bind(new UnixDomainSocketEndPoint(temporary));
            listener.Listen(Backlog);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new IOException($"control socket \"{path}\" cannot be opened: {e.Message}", e);
        }

        var socket = new ControlSocket(path, listener, answer);
        new Thread(socket.Serve) { IsBackground = true, Name = "hawser-control" }.Start();
        return socket;
    }

    /// <summary>Renames the socket together with the pid file.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public void MoveTo(string path)
    {
        try
        {
            File.Move(_path, path, overwrite: true);
            _path = path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"rename() {_path} to {path} failed {ProcessServices.DescribeError(e)}", e);
        }
    }

    /// <summary>Ends the service and removes the name.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A name that nobody listens on is replaced by the next process.
        }
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                using var client = _listener.Accept();
                Serve(client);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                Thread.Sleep(ShortagePause);
            }
            catch (SocketException e) when (e.SocketErrorCode is not (SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket))
            {
                // This client went away, or was too slow; the next one may not be.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // closed
            }
        }
    }

    private void Serve(Socket client)
    {
        client.SendTimeout = client.ReceiveTimeout = (int)ClientTimeout.TotalMilliseconds;
        var request = new byte[MaximumRequest];
        var length = 0;
        while (Array.IndexOf(request, (byte)'\n', 0, length) < 0)
        {
            var count = length < request.Length ? client.Receive(request.AsSpan(length)) : 0;
            if (count == 0)
                return; // no whole request: too long, or the client has ended first
            length += count;
        }

        var line = Encoding.UTF8.GetString(request, 0, Array.IndexOf(request, (byte)'\n'));
        for (var answer = _answer(line.Split('\t')).AsSpan(); answer.Length > 0;)
            answer = answer[client.Send(answer)..];
    }
}
