using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

public static partial class Known
{
    private static readonly Choice<HeaderInheritance>[] s_headerInheritance =
        [new("off", HeaderInheritance.Off), new("on", HeaderInheritance.On), new("merge", HeaderInheritance.Merge)];

    public static readonly Directive<ExpiresConfig> Expires = Modules.Headers.Add(
        new Directive<ExpiresConfig>(
            "expires", In.HttpServerLocation | In.LocationIf, Arity.OneOrTwo, new ExpiresConfig(ExpiresKind.Off, TimeSpan.Zero, null), HeaderBinder.Expires)
        {
            Syntax = ["[modified] time", "epoch | max | off"],
            DefaultText = "off",
            Summary = "Sends Expires and Cache-Control with answers of status 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308.",
        });

    public static readonly Directive<HeaderInheritance> AddHeaderInherit = Modules.Headers.Choice(
        "add_header_inherit", In.HttpServerLocation | In.LocationIf, HeaderInheritance.On, "on", s_headerInheritance,
        "How a block comes by the add_header lines around it: on, if it has none itself; off, never; merge, in addition to its own.");

    public static readonly Directive<HeaderInheritance> AddTrailerInherit = Modules.Headers.Choice(
        "add_trailer_inherit", In.HttpServerLocation | In.LocationIf, HeaderInheritance.On, "on", s_headerInheritance,
        "The same as add_header_inherit, for add_trailer.");

    public static readonly Directive<ImmutableArray<AddHeaderConfig>> AddHeader = AddedFields(
        "add_header", AddHeaderInherit,
        "Adds a field to answers of status 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308; with always, to all.");

    public static readonly Directive<ImmutableArray<AddHeaderConfig>> AddTrailer = AddedFields(
        "add_trailer", AddTrailerInherit, "Adds a field to the end of a chunked answer, under the same conditions as add_header.");

    private static Directive<ImmutableArray<AddHeaderConfig>> AddedFields(string name, Directive<HeaderInheritance> inherit, string summary) =>
        Modules.Headers.Add(new Directive<ImmutableArray<AddHeaderConfig>>(
            name, In.HttpServerLocation | In.LocationIf, Arity.TwoOrThree, [], HeaderBinder.AddField)
        {
            Syntax = ["name value [always]"],
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => earlier.AddRange(later),
            MergesWithParent = scope => scope.Get(inherit) == HeaderInheritance.Merge,
            InheritsIf = scope => scope.Get(inherit) != HeaderInheritance.Off,
            Summary = summary,
        });
}
