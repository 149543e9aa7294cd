using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary>What a location says about files: <c>root</c>, <c>alias</c>, <c>index</c>, <c>types</c>, <c>etag</c> and the like.</summary>
public sealed class FilesModel
{
    /// <summary>Serves them.</summary>
    public IContentHandler Content => StaticContent.Instance;

    public static FilesModel From(ConfigScope scope, ModelBuilder builder) => throw new NotImplementedException();
}
