using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_charset_module
public static partial class Known
{
    public static readonly Directive<CharsetConfig> Charset = Modules.Charset.Add(
        new Directive<CharsetConfig>(
            "charset", In.HttpServerLocation | In.LocationIf, Arity.One, new CharsetConfig(null, null), CharsetBinder.Charset)
        {
            Syntax = ["charset | $variable | off"],
            DefaultText = "off",
            Summary = "The charset that is added to Content-Type. If it differs from source_charset, and a charset_map connects the two, the answer is "
                + "converted; without a map that is an error of the configuration.",
        });

    public static readonly Directive<CharsetConfig> SourceCharset = Modules.Charset.Add(
        new Directive<CharsetConfig>(
            "source_charset", In.HttpServerLocation | In.LocationIf, Arity.One, new CharsetConfig(null, null), CharsetBinder.SourceCharset)
        {
            Syntax = ["charset | $variable"],
            Summary = "The charset in which answers are stored. An upstream's answer that names its charset is taken at its word.",
        });

    public static readonly Directive<bool> OverrideCharset = Modules.Charset.Flag(
        "override_charset", In.HttpServerLocation | In.LocationIf, false,
        "Whether the charset that an upstream names is converted to that of the charset directive. If not, such answers stay as they are.");

    public static readonly Directive<FilteredTypes> CharsetTypes = TypesOf(
        Modules.Charset, "charset_types",
        FilteredTypesBinder.Default("text/html", "text/xml", "text/plain", "text/vnd.wap.wml", "application/javascript", "application/rss+xml"),
        "text/html text/xml text/plain text/vnd.wap.wml application/javascript application/rss+xml",
        "The media types that charset concerns; text/html always is one, `*` stands for all.");

    public static readonly Directive<ImmutableArray<CharsetMapConfig>> CharsetMap = Modules.Charset.List(
        "charset_map", In.Http, Arity.Two.WithBlock(), "charset1 charset2 { ... }", CharsetBinder.Map,
        "How two charsets are converted into each other, in both directions. A line has the bytes of one character in each, in hexadecimal; those below 80 "
        + "need none. UTF-8 may only be the second. A character without a line becomes `?`, or from UTF-8 a reference such as `&#8364;`.",
        Inheritance.None);
}
