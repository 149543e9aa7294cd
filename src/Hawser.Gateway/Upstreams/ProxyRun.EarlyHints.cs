using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Upstreams;

/// <summary>103 (RFC 8297): passed on if <c>early_hints</c> says so for this request.</summary>
public sealed partial class ProxyRun
{
    private ResponseHead? _hints;
    private int _hintsLength;

    /// <summary>Passes the interim head on whose fields were just read. All of them together may be as long as one head.</summary>
    private void PassEarlyHints(int length)
    {
        if (_statusCode != 103) return;
        _hintsLength += length;
        if (!WantsEarlyHints()) return;
        if (_hintsLength > _model.BufferSize)
        {
            exchange.LogError(LogLevel.Info, "upstream sent too big early hints while reading response header from upstream");
            return;
        }
        _hints ??= new ResponseHead();
        _hints.Status = 103;
        foreach (ref readonly Header field in exchange.Upstream.ResponseHeaders.Fields)
        {
            // Fields about the connection or a body have no meaning here, and one that the next hop takes seriously is a danger.
            bool isFraming = field.Known is KnownHeader.Connection or KnownHeader.KeepAlive or KnownHeader.TransferEncoding
                or KnownHeader.ContentLength or KnownHeader.Upgrade;
            if (!isFraming && !_model.ResponseHeaders.Hides(field.Name, field.Known)) _hints.Headers.Add(field.Name, field.Value, field.Known);
        }
        if (_hints.Headers.Count > 0) exchange.Response.SendInterim(_hints);
        _hints.Reset();
    }

    private bool WantsEarlyHints()
    {
        foreach (TemplateModel condition in _model.EarlyHints)
        {
            ByteSlice value = condition.Evaluate(exchange);
            if (!value.IsEmpty && !value.Span.SequenceEqual("0"u8)) return true;
        }
        return false;
    }
}
