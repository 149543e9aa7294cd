using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;

namespace Hawser.Gateway.Phases;

/// <summary><c>add_header</c>, <c>add_trailer</c> and <c>expires</c>.</summary>
public sealed class ResponseHeadersModel
{
    public static ResponseHeadersModel From(ConfigScope scope, ModelBuilder builder) => throw new NotImplementedException();
}
