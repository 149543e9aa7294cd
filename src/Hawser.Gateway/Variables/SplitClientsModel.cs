using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Variables;

/// <summary>A <c>split_clients</c> compiled: each share is the part of all hashes up to a bound.</summary>
internal sealed class SplitClientsModel
{
    private const int Whole = 10_000; // hundredths of a percent

    private readonly TemplateModel _source;
    private readonly (uint Bound, ByteSlice Value)[] _parts; // the bound 0 has none: all that is left

    private SplitClientsModel(TemplateModel source, (uint, ByteSlice)[] parts)
    {
        _source = source;
        _parts = parts;
    }

    public static SplitClientsModel From(SplitClientsConfig config, ModelBuilder builder)
    {
        var parts = new (uint, ByteSlice)[config.Parts.Length];
        int sum = 0;
        uint bound = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            int share = config.Parts[i].Hundredths;
            sum = share == 0 ? Whole : sum + share;
            if (sum < Whole) bound += (uint)((ulong)share * uint.MaxValue / Whole);
            parts[i] = (sum < Whole ? bound : 0, ByteSlice.FromLatin1(config.Parts[i].Value));
        }
        return new SplitClientsModel(builder.Compile(config.Source), parts);
    }

    public VariableValue Evaluate(HttpExchange exchange)
    {
        uint hash = MurmurHash2.Compute(_source.Evaluate(exchange).Span);
        foreach ((uint bound, ByteSlice value) in _parts)
        {
            if (bound == 0 || hash < bound) return value;
        }
        return ByteSlice.Empty;
    }
}
