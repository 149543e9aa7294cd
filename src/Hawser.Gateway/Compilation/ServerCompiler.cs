using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Tls;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Compilation;

/// <summary>Compiles a <c>server</c> block.</summary>
internal static class ServerCompiler
{
    public static ServerModel Compile(ServerConfig config, ModelBuilder builder)
    {
        var locations = new LocationCompiler(builder);
        return new ServerModel
        {
            Name = ByteSlice.FromLatin1(config.PrimaryName),
            Limits = CompileLimits(config),
            Defaults = locations.CompileDefaults(config),
            Locations = locations.CompileAll(config.Locations),
            VerifyClient = config.Get(Known.SslVerifyClient),
            Tls = TlsServerCompiler.Compile(config, builder),
        };
    }

    private static RequestLimits CompileLimits(ServerConfig config)
    {
        BufferSpec large = config.Get(Known.LargeClientHeaderBuffers);
        return new RequestLimits
        {
            ClientHeaderTimeout = (long)config.Get(Known.ClientHeaderTimeout).TotalMilliseconds,
            MergeSlashes = config.Get(Known.MergeSlashes),
            HeadOptions = new RequestHeadOptions
            {
                FirstBufferSize = ToSize(config.Get(Known.ClientHeaderBufferSize)),
                LargeBufferSize = ToSize(large.Size),
                LargeBufferCount = large.Count,
                MaxHeaders = config.Get(Known.MaxHeaders),
                UnderscoresInHeaders = config.Get(Known.UnderscoresInHeaders),
                IgnoreInvalidHeaders = config.Get(Known.IgnoreInvalidHeaders),
            },
        };
    }

    // No buffer of the gateway is larger than an array may be.
    private static int ToSize(long bytes) => (int)Math.Min(bytes, int.MaxValue / 2);
}
