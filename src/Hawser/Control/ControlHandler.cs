using System.Buffers;
using System.Text.Json;
using Hawser.Hosting;

namespace Hawser.Control;

/// <summary>What a running gateway does about the requests of its control socket.</summary>
internal sealed class ControlHandler(IGatewayHost host, ControlQueue queue, string configurationPath)
{
    /// <summary>The request for the state of everything.</summary>
    public const string Status = "status";

    /// <summary>The request to drain an upstream (second word), or a server of it (third word).</summary>
    public const string Drain = "drain";

    /// <summary>Takes <see cref="Drain"/> back.</summary>
    public const string Undrain = "undrain";

    /// <summary>The request to end gracefully.</summary>
    public const string Quit = "quit";

    /// <summary>Answers one request, on any thread.</summary>
    public byte[] Answer(string[] words)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
            Answer(words, json);
        return buffer.WrittenSpan.ToArray();
    }

    private void Answer(string[] words, Utf8JsonWriter json)
    {
        switch (words)
        {
            case [Status]:
                StatusDocument.Write(json, host.TakeSnapshot(), configurationPath);
                break;
            case [Drain or Undrain, { Length: > 0 } upstream, .. var rest] when rest.Length <= 1:
                Write(json, host.Drain(upstream, rest is [var server] ? server : null, words[0] == Drain));
                break;
            case [Quit]:
                host.DrainTunnels();
                queue.Post(ControlRequest.Quit, "drain of the process requested, shutting down");
                json.WriteStartObject();
                json.WriteNumber("process", Environment.ProcessId);
                json.WriteEndObject();
                break;
            default:
                json.WriteStartObject();
                json.WriteString("error", $"this gateway does not know the request \"{words[0]}\"; is its version older than the command's?");
                json.WriteEndObject();
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<string> servers)
    {
        json.WriteStartObject();
        json.WriteStartArray("servers");
        foreach (var address in servers)
            json.WriteStringValue(address);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
