using System.Text;
using Hawser.Protocols.Http1;

namespace Hawser.Protocols.Tests.Support;

/// <summary>What a <see cref="ChunkedDecoder"/> makes of a body that arrives in pieces.</summary>
internal sealed record ChunkedReading(ChunkStatus Status, string Payload, int Consumed)
{
    public static ChunkedReading Read(byte[] body, int[] ends, bool keepTrailers = false)
    {
        var decoder = new ChunkedDecoder(keepTrailers);
        var payload = new StringBuilder();
        var position = 0;
        var status = ChunkStatus.NeedMore;
        foreach (var end in ends)
        {
            do
            {
                var piece = body.AsSpan(position, end - position).ToArray();
                var before = decoder.Remaining;
                status = decoder.Decode(piece, out var range, out var consumed);
                Assert.InRange(consumed, range.End, piece.Length);
                Assert.Equal(status == ChunkStatus.Data, !range.IsEmpty);
                Assert.Equal(status == ChunkStatus.Complete, decoder.IsComplete);
                if (before > 0 && piece.Length > 0)
                    Assert.Equal(Math.Min(before, piece.Length), range.Length);

                payload.Append(Wire.Text(range.Of(piece)));
                position += consumed;
            }
            while (status == ChunkStatus.Data);

            if (status is ChunkStatus.Complete or ChunkStatus.Error)
                break;
        }

        return new ChunkedReading(status, payload.ToString(), status == ChunkStatus.Error ? -1 : position);
    }

    public static ChunkedReading Everywhere(string body, bool keepTrailers = false)
        => Splitting.Everywhere(Wire.Bytes(body), (bytes, ends) => Read(bytes, ends, keepTrailers));
}
