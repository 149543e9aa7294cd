using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_geo_module, ngx_http_split_clients_module, ngx_http_empty_gif_module
public static partial class Known
{
    public static readonly Directive<ImmutableArray<GeoConfig>> Geo = Modules.Geo.Add(
        new Directive<ImmutableArray<GeoConfig>>("geo", In.Http, new Arity(1, 2).WithBlock(), [], GeoBinder.Geo)
        {
            Syntax = ["[$address] $variable { ... }"],
            Repetition = Repetition.Append,
            Inheritance = Inheritance.None,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "Defines a variable whose value depends on the client's address, or on the one in another variable. A line has an address or a network and "
                + "a value; the smallest network that has the address counts. `default` gives the value for all others, `delete` takes a network out again, "
                + "`include` reads lines from a file, `volatile` computes the variable at each use. With `ranges;` as the first line, lines have ranges of IPv4 "
                + "addresses: `192.0.2.0-192.0.2.63 a;`. `proxy CIDR;` names proxies whose X-Forwarded-For is believed, and `proxy_recursive;` follows that "
                + "list back to the first address that is no proxy's.",
            DifferenceFromNginx = "A base in nginx's binary form (`file.bin` beside an included `file`) is neither read nor written; the text is.",
        });

    public static readonly Directive<ImmutableArray<SplitClientsConfig>> SplitClients = Modules.SplitClients.List(
        "split_clients", In.Http, Arity.Two.WithBlock(), "string $variable { ... }", SplitClientsBinder.SplitClients,
        "Defines a variable that has each of several values for a share of requests: the string is hashed (MurmurHash2), and the same string always gets the "
        + "same value. A line has a percentage with up to two decimals, or `*` for all that is left, and a value.",
        Inheritance.None);

    public static readonly Directive<bool> EmptyGif = Modules.EmptyGif.Add(
        new Directive<bool>("empty_gif", In.Location, Arity.None, false, _ => true)
        {
            Syntax = [""],
            Inheritance = Inheritance.NestedOnly,
            Summary = "Answers with a transparent GIF of one pixel, from memory.",
        });
}
