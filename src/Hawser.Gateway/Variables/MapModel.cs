using Hawser.Configuration.Model;
using Hawser.Configuration.Routing;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Routing;

namespace Hawser.Gateway.Variables;

/// <summary>A <c>map</c> compiled. The lookup itself is the doctor's too: <see cref="MapSearch{TValue, TRegex}"/>.</summary>
public sealed class MapModel
{
    private readonly TemplateModel _source;
    private readonly MapSearch<TemplateModel, RegexModel> _search;

    private MapModel(MapConfig config, ModelBuilder builder)
    {
        _source = builder.Compile(config.Source);
        _search = new MapSearch<TemplateModel, RegexModel>(config, builder.Compile, builder.Compile);
    }

    public static MapModel From(MapConfig config, ModelBuilder builder) => new(config, builder);

    /// <summary>The value of the map's variable.</summary>
    public VariableValue Evaluate(HttpExchange exchange)
    {
        var matcher = new ExchangeMatcher(exchange);
        return _search.Find(ref matcher, _source.Evaluate(exchange).Span).Evaluate(exchange);
    }
}
