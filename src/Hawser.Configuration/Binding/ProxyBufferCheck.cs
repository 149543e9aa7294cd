using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>The relations that the sizes of the proxy module's buffers must keep.</summary>
internal static class ProxyBufferCheck
{
    private static readonly Directive[] s_directives =
    [
        Known.ProxyBufferSize, Known.ProxyBuffers, Known.ProxyBusyBuffersSize, Known.ProxyTempFileWriteSize, Known.ProxyMaxTempFileSize,
    ];

    public readonly record struct Problem(SourceSpan? Span, string Message, string? Hint = null);

    /// <summary>Whether a block sets any of the sizes itself; one that does not was checked with its parent.</summary>
    public static bool Sets(ConfigScope scope)
    {
        foreach (Directive directive in s_directives)
        {
            if (scope.HasOwn(directive))
                return true;
        }
        return false;
    }

    /// <summary>The first relation that does not hold.</summary>
    public static Problem? Find(ConfigScope scope)
    {
        const string Larger = "the maximum of the value of \"proxy_buffer_size\" and one of the \"proxy_buffers\"";
        Setting<BufferSpec> buffers = scope.Find(Known.ProxyBuffers);
        Setting<long> first = scope.Find(Known.ProxyBufferSize);
        if (buffers.Value.Count < 2)
            return new Problem(buffers.Span, "there must be at least 2 \"proxy_buffers\"");

        long larger = Math.Max(first.Value, buffers.Value.Size);
        SourceSpan? sizeSpan = first.Value > buffers.Value.Size ? first.Span ?? buffers.Span : buffers.Span ?? first.Span;
        Setting<long> busySetting = scope.Find(Known.ProxyBusyBuffersSize);
        long busy = scope.GetProxyBusyBuffersSize();
        if (busy < larger)
            return new Problem(busySetting.Span, $"\"proxy_busy_buffers_size\" must be equal to or greater than {Larger}", $"it is {busy}, and the maximum is {larger}");
        long allButOne = (buffers.Value.Count - 1) * buffers.Value.Size;
        if (busy > allButOne)
        {
            return new Problem(
                busySetting.Span ?? sizeSpan, "\"proxy_busy_buffers_size\" must be less than the size of all \"proxy_buffers\" minus one buffer",
                $"it is {busy}, and all buffers but one have {allButOne}");
        }

        Setting<long> write = scope.Find(Known.ProxyTempFileWriteSize);
        if (scope.GetProxyTempFileWriteSize() < larger)
            return new Problem(write.Span, $"\"proxy_temp_file_write_size\" must be equal to or greater than {Larger}");
        Setting<long> most = scope.Find(Known.ProxyMaxTempFileSize);
        if (most.Value != 0 && most.Value < larger)
        {
            return new Problem(
                most.Span,
                "\"proxy_max_temp_file_size\" must be equal to zero to disable temporary files usage or must be equal to or greater than " + Larger);
        }
        return null;
    }
}
