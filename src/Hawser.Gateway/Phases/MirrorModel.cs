using System.Runtime.CompilerServices;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary><c>mirror</c>: copies of the request go to other places; what those answer is thrown away.</summary>
public sealed class MirrorModel
{
    private readonly ByteSlice[] _uris;
    private readonly bool _withBody;

    private MirrorModel(ByteSlice[] uris, bool withBody)
    {
        _uris = uris;
        _withBody = withBody;
    }

    /// <summary>Null where nothing is mirrored.</summary>
    public static MirrorModel? From(ConfigScope scope)
    {
        MirrorConfig config = scope.Get(Known.Mirror);
        if (config.Uris.IsEmpty) return null;
        var uris = new ByteSlice[config.Uris.Length];
        for (int i = 0; i < uris.Length; i++) uris[i] = ByteSlice.FromLatin1(config.Uris[i]);
        return new MirrorModel(uris, scope.Get(Known.MirrorRequestBody));
    }

    /// <summary>Starts the copies. Continue, or Status when the body could not be read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> StartAsync(HttpExchange exchange)
    {
        if (exchange.IsSubrequest) return Outcome.Continue;
        // mirror_request_body: everybody is to have the body, so it is read first.
        if (_withBody && await exchange.Body.ReadAllAsync(exchange) is not 0 and var refused) return Outcome.Status(refused);
        foreach (ByteSlice uri in _uris) Subrequest.StartInBackground(exchange, uri);
        return Outcome.Continue;
    }
}
