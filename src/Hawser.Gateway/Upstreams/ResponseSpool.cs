using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Microsoft.Win32.SafeHandles;

namespace Hawser.Gateway.Upstreams;

/// <summary>
/// What a slow client has not taken of a response, in a temporary file: written at one end, read at the other. Nobody else can open the file,
/// and it is gone with the process.
/// </summary>
internal sealed class ResponseSpool : IDisposable
{
    private readonly SafeFileHandle _file;
    private long _start;

    private ResponseSpool(SafeFileHandle file, string path)
    {
        _file = file;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Bytes that wait.</summary>
    public long Length => End - _start;

    /// <summary>Bytes of the file in use, those before what waits included: what <c>proxy_max_temp_file_size</c> bounds.</summary>
    public long End { get; private set; }

    /// <exception cref="IOException">The file could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">That is not allowed.</exception>
    public static ResponseSpool Open(TempPathConfig directory)
    {
        SafeFileHandle file = TemporaryFile.Create(directory, out string path);
        File.Delete(path); // the name; the file stays as long as it is open
        return new ResponseSpool(file, path);
    }

    /// <exception cref="IOException">The file did not take it.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, End);
        End += bytes.Length;
    }

    /// <summary>Takes bytes from the front; an empty spool begins its file anew.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    public int Take(Span<byte> room)
    {
        int read = RandomAccess.Read(_file, room[..(int)Math.Min(room.Length, Length)], _start);
        _start += read;
        if (_start == End) _start = End = 0;
        return read;
    }

    public void Dispose() => _file.Dispose();
}
