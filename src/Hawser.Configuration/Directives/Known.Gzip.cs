using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_gzip_module, ngx_http_gunzip_module, ngx_http_gzip_static_module, and what of them nginx has in its core.
public static partial class Known
{
    public static readonly Directive<bool> Gzip = Modules.Gzip.Flag(
        "gzip", In.HttpServerLocation | In.LocationIf, false,
        "Whether answers of status 200, 403 and 404 are compressed for clients that accept gzip. An answer then has no Content-Length and no ranges, "
        + "and its ETag becomes a weak one. One that has a Content-Encoding stays as it is.");

    public static readonly Directive<FilteredTypes> GzipTypes = TypesOf(
        Modules.Gzip, "gzip_types", FilteredTypesBinder.Default("text/html"), "text/html",
        "The media types that are compressed, beside text/html, which always is; `*` stands for all. Parameters such as the charset do not count.");

    public static readonly Directive<int> GzipCompLevel = Modules.Gzip.Add(
        new Directive<int>("gzip_comp_level", In.HttpServerLocation, Arity.One, 1, GzipBinder.Level)
        {
            Syntax = ["level"],
            DefaultText = "1",
            Summary = "How hard the compressor tries: 1 is fastest, 9 gives the smallest answers.",
        });

    public static readonly Directive<long> GzipMinLength = Modules.Gzip.Size(
        "gzip_min_length", In.HttpServerLocation, 20, "20",
        "Answers whose Content-Length is below so many bytes are not compressed. One without Content-Length is.");

    public static readonly Directive<int> GzipWindow = Modules.Gzip.Add(
        new Directive<int>("gzip_window", In.HttpServerLocation, Arity.One, 15, GzipBinder.WindowBits)
        {
            Syntax = ["size"],
            DefaultText = "32k",
            Summary = "How far back the compressor looks for repetitions: a power of two from 512 to 32k bytes. For short answers it is smaller by itself.",
        });

    public static readonly Directive<int> GzipHash = Modules.Gzip.Add(
        new Directive<int>("gzip_hash", In.HttpServerLocation, Arity.One, 8, GzipBinder.MemoryLevel)
        {
            Syntax = ["size"],
            DefaultText = "64k",
            Summary = "Memory for the compressor's tables: a power of two from 512 to 128k bytes.",
        });

    public static readonly Directive<BufferSpec> GzipBuffers = Modules.Gzip.Buffers(
        "gzip_buffers", In.HttpServerLocation, 32, Page,
        "The buffers nginx compresses into. Hawser compresses at the client's pace into pooled buffers.", noEffect: true);

    public static readonly Directive<long> PostponeGzipping = Modules.Gzip.Size(
        "postpone_gzipping", In.HttpServerLocation, 0, "0",
        "How much nginx collects before it sets memory for the compressor aside. Hawser keeps that memory for reuse.", noEffect: true);

    public static readonly Directive<bool> GzipNoBuffer = Modules.Gzip.Flag(
        "gzip_no_buffer", In.HttpServerLocation, false,
        "Whether nginx sends each compressed buffer at once. Hawser does so in any case.", noEffect: true);

    public static readonly Directive<bool> GzipVary = Modules.Http.Flag(
        "gzip_vary", In.HttpServerLocation, false,
        "Whether answers that depend on gzip, gunzip or gzip_static say `Vary: Accept-Encoding`, so that caches keep both forms apart.");

    public static readonly Directive<ProxyHttpVersion> GzipHttpVersion = Modules.Http.Choice(
        "gzip_http_version", In.HttpServerLocation, Model.ProxyHttpVersion.Http11, "1.1",
        [new("1.0", Model.ProxyHttpVersion.Http10), new("1.1", Model.ProxyHttpVersion.Http11)],
        "The lowest version of HTTP whose requests get compressed answers.");

    public static readonly Directive<GzipProxied> GzipProxied = Modules.Http.Add(
        new Directive<GzipProxied>("gzip_proxied", In.HttpServerLocation, Arity.OneOrMore, Model.GzipProxied.Off, GzipBinder.Proxied)
        {
            Syntax = ["off | expired | no-cache | no-store | private | no_last_modified | no_etag | auth | any ..."],
            DefaultText = "off",
            Repetition = Repetition.Append,
            Combine = (earlier, later) => earlier | later,
            Summary = "Which answers are compressed if the request came through a proxy, that is with Via. off: none. any: all. expired: those whose Expires "
                + "is past. no-cache, no-store, private: those whose Cache-Control says so. no_last_modified, no_etag: those without that field. auth: "
                + "those to requests with Authorization.",
        });

    public static readonly Directive<GzipDisable> GzipDisable = Modules.Http.Add(
        new Directive<GzipDisable>("gzip_disable", In.HttpServerLocation, Arity.OneOrMore, new GzipDisable(false, []), GzipBinder.Disable)
        {
            Syntax = ["regex ... | msie6"],
            Repetition = Repetition.Append,
            Combine = (earlier, later) => new GzipDisable(earlier.Msie6 || later.Msie6, earlier.Agents.AddRange(later.Agents)),
            Summary = "Clients that get no compressed answers: those whose User-Agent matches an expression, without regard to case. msie6 stands for "
                + "Internet Explorer 4 to 6 without SP2.",
        });

    public static readonly Directive<bool> Gunzip = Modules.Gunzip.Flag(
        "gunzip", In.HttpServerLocation | In.LocationIf, false,
        "Whether answers with `Content-Encoding: gzip` are unpacked for clients that do not accept it.");

    public static readonly Directive<BufferSpec> GunzipBuffers = Modules.Gunzip.Buffers(
        "gunzip_buffers", In.HttpServerLocation, 32, Page,
        "The buffers nginx unpacks into. Hawser unpacks at the client's pace into a pooled buffer.", noEffect: true);

    public static readonly Directive<GzipStatic> GzipStatic = Modules.GzipStatic.Choice(
        "gzip_static", In.HttpServerLocation, Model.GzipStatic.Off, "off",
        [new("off", Model.GzipStatic.Off), new("on", Model.GzipStatic.On), new("always", Model.GzipStatic.Always)],
        "Whether a file with `.gz` appended to its name is sent in place of the file asked for. on: to clients that accept gzip, by the rules of "
        + "gzip_http_version, gzip_proxied and gzip_disable. always: to all, for use with gunzip or where only packed files exist.");

    private static Directive<FilteredTypes> TypesOf(
        DirectiveFactory module, string name, FilteredTypes defaultValue, string defaultText, string summary) =>
        module.Add(new Directive<FilteredTypes>(name, In.HttpServerLocation, Arity.OneOrMore, defaultValue, FilteredTypesBinder.Types)
        {
            Syntax = ["mime-type ... | *"],
            DefaultText = defaultText,
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = FilteredTypesBinder.Combine,
            Summary = summary,
        });
}
