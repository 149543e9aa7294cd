using System.Buffers.Binary;

namespace Hawser.Testing.Churn;

/// <summary>What a client asks of the backend with a message.</summary>
public enum ChurnCommand : byte
{
    /// <summary>Send it back.</summary>
    Echo,

    /// <summary>Send it back after a while in which nothing is read.</summary>
    EchoLate,

    /// <summary>Send it back and close.</summary>
    EchoAndClose,

    /// <summary>Reset the connection.</summary>
    Reset,
}

/// <summary>A numbered message: nine bytes.</summary>
public readonly record struct ChurnMessage(int Client, int Number, ChurnCommand Command)
{
    /// <summary>Bytes of a message.</summary>
    public const int Length = 9;

    /// <summary>The message as it is sent.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Client);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Number);
        bytes[8] = (byte)Command;
        return bytes;
    }

    /// <summary>Reads one; null when the bytes are none.</summary>
    public static ChurnMessage? From(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new(BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]), (ChurnCommand)bytes[8])
        : null;
}
