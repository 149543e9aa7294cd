using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;

namespace Hawser.Gateway.Phases;

/// <summary><c>try_files</c></summary>
public sealed class TryFilesModel
{
    public static TryFilesModel? From(ConfigScope scope, ModelBuilder builder) => throw new NotImplementedException();

    /// <summary>Continue: the path is that of a file found. Otherwise Redirect, NamedLocation or Status.</summary>
    public Outcome Execute(HttpExchange exchange) => throw new NotImplementedException();
}
