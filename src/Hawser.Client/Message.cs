using System.Text;

namespace Hawser.Client;

/// <summary>A message of a WebSocket.</summary>
/// <param name="Data">The content; of a text message, its UTF-8. A received message owns its memory.</param>
/// <param name="IsText">Whether it is a text or a binary message.</param>
public readonly record struct Message(ReadOnlyMemory<byte> Data, bool IsText)
{
    /// <summary>The content as text.</summary>
    public string Text => Encoding.UTF8.GetString(Data.Span);

    /// <summary>A text message.</summary>
    public static Message FromText(string text) => new(Encoding.UTF8.GetBytes(text), IsText: true);

    /// <summary>A binary message; the memory is not copied.</summary>
    public static Message FromBytes(ReadOnlyMemory<byte> data) => new(data, IsText: false);

    /// <summary>A text message.</summary>
    public static implicit operator Message(string text) => FromText(text);
}
