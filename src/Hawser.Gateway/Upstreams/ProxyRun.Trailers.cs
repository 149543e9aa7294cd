using Hawser.Gateway.Logging;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary><c>proxy_pass_trailers</c>: the fields behind a chunked body, at most as many bytes as a head may have.</summary>
public sealed partial class ProxyRun
{
    private TrailerParser? _trailerParser;
    private byte[]? _trailers;
    private int _trailerLength;
    private bool _isInTrailers;

    /// <summary>Takes bytes behind the last chunk.</summary>
    /// <param name="extra">Bytes that are no trailers any more.</param>
    private BodyState TakeTrailers(ReadOnlySpan<byte> bytes, out int extra)
    {
        extra = 0;
        if (!_isInTrailers)
        {
            _isInTrailers = true;
            _trailerParser ??= new TrailerParser();
            _trailerParser.Reset();
            _trailers = Worker.Loop.Buffers.Rent(_model.BufferSize);
            _trailerLength = 0;
        }
        int before = _trailerLength;
        int taken = Math.Min(bytes.Length, _model.BufferSize - before);
        bytes[..taken].CopyTo(_trailers.AsSpan(before));
        _trailerLength += taken;
        switch (_trailerParser!.Parse(_trailers.AsSpan(0, _trailerLength)))
        {
            case HeadStatus.Complete:
                extra = bytes.Length - (_trailerParser.Consumed - before);
                KeepTrailers();
                return BodyState.Complete;
            case HeadStatus.NeedMore when _trailerLength < _model.BufferSize:
                return BodyState.More;
            case HeadStatus.NeedMore:
                exchange.LogError(LogLevel.Error, $"{ResponseRejection.TrailersTooBig.LogText()} while reading upstream");
                break;
            default:
                exchange.LogError(LogLevel.Error, $"{ResponseRejection.InvalidTrailer.LogText()} while reading upstream");
                break;
        }
        return BodyState.Reported;
    }

    private void KeepTrailers()
    {
        ByteSlice section = exchange.Arena.Copy(_trailers.AsSpan(0, _trailerParser!.Consumed));
        foreach (ref readonly HeaderField field in _trailerParser.Fields)
        {
            ByteSlice name = Of(section, field.Name);
            ByteSlice value = Of(section, field.Value);
            exchange.Upstream.ResponseTrailers.Add(name, value, field.Known);
            if (!_model.ResponseHeaders.Hides(name, field.Known)) exchange.Response.Head.Trailers.Add(name, value, field.Known);
        }
    }

    private void DropTrailers()
    {
        if (_trailers is not null) Worker.Loop.Buffers.Return(_trailers);
        _trailers = null;
        _isInTrailers = false;
    }
}
