using System.Collections.Immutable;
using System.Net;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary><c>geo</c></summary>
internal static class GeoBinder
{
    public static ImmutableArray<GeoConfig> Geo(BindContext context)
    {
        Template? source = null;
        if (context.Count == 2)
        {
            Argument address = context.Next();
            if (!address.Value.StartsWith('$'))
                throw context.Refuse(address, $"invalid variable name \"{address}\"", $"write \"${address}\"");
            source = context.Template(address);
        }
        Argument name = context.Next();
        if (!name.Value.StartsWith('$'))
            throw context.Refuse(name, $"invalid variable name \"{name}\"", $"write \"${name}\"");
        string variable = context.Session.Variables.Declare(context, name, name.Value[1..]);
        var lines = new Lines(context);
        LineBlock.Read(context, context.Node.Children, lines.Add);
        return [lines.ToConfig(source, variable)];
    }

    private sealed class Lines(BindContext context)
    {
        private readonly ImmutableArray<IPNetwork>.Builder _proxies = ImmutableArray.CreateBuilder<IPNetwork>();
        private readonly Dictionary<string, (IPNetwork Network, string Value)> _networks = [];
        private readonly GeoRangeList _ranges = new();
        private bool _usesRanges;
        private bool _hasEntries;
        private bool _isVolatile;
        private bool _isRecursive;
        private string? _default;

        public GeoConfig ToConfig(Template? source, string variable) => new(
            source, variable, _isVolatile, _default ?? "", _usesRanges ? _ranges.ToImmutable() : FromNetworks(), _proxies.DrainToImmutable(), _isRecursive,
            context.Node.Span)
        {
            HasRanges = _usesRanges,
        };

        public void Add(DirectiveNode node)
        {
            BindContext line = context.For(node);
            if (node.Arguments.IsEmpty && ReadSwitch(line, node))
                return;
            if (node.Arguments.Length != 1)
                throw line.Refuse(node.NameArgument, "invalid number of the geo parameters", "each line has an address and a value");
            Argument value = node.Arguments[0];
            switch (node.Name)
            {
                case "proxy":
                    _proxies.Add(ReadNetwork(line, value));
                    break;
                case "default":
                    if (_default is not null)
                        WarnDuplicate(line, node, "default", value.Value, _default);
                    _default = value.Value;
                    _hasEntries |= !_usesRanges;
                    break;
                case "delete":
                    Delete(line, value);
                    break;
                default:
                    AddEntry(line, node.NameArgument, value.Value);
                    break;
            }
        }

        private bool ReadSwitch(BindContext line, DirectiveNode node)
        {
            switch (node.Name)
            {
                case "ranges" when _hasEntries:
                    throw line.Refuse(node.NameArgument, "the \"ranges\" directive must be the first directive inside \"geo\" block");
                case "ranges":
                    return _usesRanges = true;
                case "proxy_recursive":
                    return _isRecursive = true;
                case "volatile":
                    return _isVolatile = true;
                default:
                    return false;
            }
        }

        private void AddEntry(BindContext line, Argument key, string value)
        {
            _hasEntries = true;
            if (_usesRanges)
            {
                _ranges.Add(line, key, value);
                return;
            }
            IPNetwork network = ReadNetwork(line, key);
            if (_networks.TryGetValue(network.ToString(), out (IPNetwork, string Value) old))
                line.Warn(key, $"duplicate network \"{key}\", value: \"{value}\", old value: \"{old.Value}\"");
            _networks[network.ToString()] = (network, value);
        }

        private void Delete(BindContext line, Argument key)
        {
            _hasEntries = true;
            if (_usesRanges)
                _ranges.Delete(line, key);
            else if (!_networks.Remove(ReadNetwork(line, key).ToString()))
                line.Warn(key, $"no network \"{key}\" to delete");
        }

        // The smaller network counts, so it comes later.
        private ImmutableArray<GeoRange> FromNetworks()
        {
            var networks = new List<(IPNetwork Network, string Value)>(_networks.Values);
            networks.Sort(static (first, second) => first.Network.PrefixLength.CompareTo(second.Network.PrefixLength));
            var ranges = ImmutableArray.CreateBuilder<GeoRange>(networks.Count);
            foreach ((IPNetwork network, string value) in networks)
                ranges.Add(new GeoRange(network.BaseAddress, LastOf(network), value));
            return ranges.DrainToImmutable();
        }

        private static IPAddress LastOf(IPNetwork network)
        {
            byte[] bytes = network.BaseAddress.GetAddressBytes();
            for (int bit = network.PrefixLength; bit < bytes.Length * 8; bit++)
                bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
            return new IPAddress(bytes);
        }

        private static IPNetwork ReadNetwork(BindContext line, Argument argument) =>
            AccessBinder.ReadNetwork(line, argument)
            ?? throw line.Refuse(argument, $"invalid network \"{argument}\"", "an address or a network such as 192.168.0.0/16 is meant");

        private void WarnDuplicate(BindContext line, DirectiveNode node, string network, string value, string old) =>
            line.Warn(node.NameArgument, _usesRanges
                ? $"duplicate default geo range value: \"{value}\", old value: \"{old}\""
                : $"duplicate network \"{network}\", value: \"{value}\", old value: \"{old}\"");
    }
}
