using System.Collections.Immutable;
using Hawser.Configuration.Binding;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using In = Hawser.Configuration.Directives.DirectiveContexts;

namespace Hawser.Configuration.Directives;

// ngx_http_core_module: what a location does with a request: bodies, files, redirects, errors. With the small modules that only it uses.
public static partial class Known
{
    public static readonly Directive<RootConfig> Root = Modules.Http.Add(
        new Directive<RootConfig>("root", In.HttpServerLocation | In.LocationIf, Arity.One, new RootConfig(Template.Constant("html"), false), PathBinder.Root)
        {
            DefaultFrom = root => new RootConfig(Template.Constant(root.GetFullPath("html")), IsAlias: false),
            Syntax = ["path"],
            DefaultText = "html",
            Summary = "The directory of files; a request's path is appended to it.",
        });

    public static readonly Directive<RootConfig> Alias = Modules.Http.Add(
        new Directive<RootConfig>("alias", In.Location, Arity.One, new RootConfig(Template.Constant("html"), false), PathBinder.Alias)
        {
            Syntax = ["path"],
            SharedWith = Root,
            Summary = "The directory that takes the place of the part of the path that the location matched.",
        });

    public static readonly Directive<LocationConfig?> LimitExcept = Modules.Http.Add(
        new Directive<LocationConfig?>("limit_except", In.Location, Arity.OneOrMore.WithBlock(), null, LocationBinder.LimitExcept)
        {
            Syntax = ["method ... { ... }"],
            Inheritance = Inheritance.None,
            Summary = "Settings for all methods but those listed. GET includes HEAD.",
        });

    public static readonly Directive<bool> Internal = Modules.Http.Add(
        new Directive<bool>("internal", In.Location, Arity.None, false, _ => true)
        {
            Syntax = [""],
            Summary = "The location serves internal redirects only; clients get 404.",
        });

    public static readonly Directive<ImmutableArray<MediaType>> Types = Modules.Http.Add(
        new Directive<ImmutableArray<MediaType>>(
            "types", In.HttpServerLocation, Arity.Block, [new("html", "text/html"), new("gif", "image/gif"), new("jpg", "image/jpeg")], TypesBinder.Types)
        {
            Syntax = ["{ ... }"],
            DefaultText = "text/html html; image/gif gif; image/jpeg jpg;",
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = TypesBinder.Combine,
            Summary = "The media types of file name extensions.",
        });

    public static readonly Directive<string> DefaultType = Modules.Http.Add(
        new Directive<string>("default_type", In.HttpServerLocation, Arity.One, "text/plain", c => c.Text())
        {
            Syntax = ["mime-type"],
            DefaultText = "text/plain",
            Summary = "The media type of everything else.",
        });

    public static readonly Directive<int> TypesHashMaxSize = Modules.Http.Number(
        "types_hash_max_size", In.HttpServerLocation, 1024, "The size of nginx's hash tables for types.", noEffect: true);

    public static readonly Directive<int> TypesHashBucketSize = Modules.Http.Number(
        "types_hash_bucket_size", In.HttpServerLocation, 64, "The size of a bucket in nginx's hash tables for types.", noEffect: true);

    public static readonly Directive<long> ClientMaxBodySize = Modules.Http.Offset(
        "client_max_body_size", In.HttpServerLocation, 1 << 20, "1m", "How long a request's body may be; a longer one gets 413. Zero sets no limit.");

    public static readonly Directive<long> ClientBodyBufferSize = Modules.Http.Size(
        "client_body_buffer_size", In.HttpServerLocation, 2 * Page, "8k", "The buffer for a request's body; a longer body goes to a temporary file.");

    public static readonly Directive<TimeSpan> ClientBodyTimeout = Modules.Http.Time(
        "client_body_timeout", In.HttpServerLocation, TimeSpan.FromSeconds(60), "60s", "How long a client may stay silent between two reads of the body.");

    public static readonly Directive<TempPathConfig> ClientBodyTempPath = Modules.Http.TempPath(
        "client_body_temp_path", In.HttpServerLocation, "client_body_temp", "Where long bodies go.");

    public static readonly Directive<BodyInFile> ClientBodyInFileOnly = Modules.Http.Choice(
        "client_body_in_file_only", In.HttpServerLocation, BodyInFile.Off, "off",
        [new("off", BodyInFile.Off), new("on", BodyInFile.On), new("clean", BodyInFile.Clean)],
        "Whether every body goes to a file. on keeps the file, clean removes it after the request.");

    public static readonly Directive<bool> ClientBodyInSingleBuffer = Modules.Http.Flag(
        "client_body_in_single_buffer", In.HttpServerLocation, false, "Whether the body is kept in one piece, for $request_body.");

    public static readonly Directive<ImmutableArray<ErrorPageConfig>> ErrorPage = Modules.Http.List(
        "error_page", In.HttpServerLocation | In.LocationIf, Arity.TwoOrMore, "code ... [=[response]] uri", HttpBinder.ErrorPage,
        "What is shown for an error: a page of this server, a named location, or a redirect.");

    public static readonly Directive<bool> RecursiveErrorPages = Modules.Http.Flag(
        "recursive_error_pages", In.HttpServerLocation, false, "Whether error_page may act several times for a request.");

    public static readonly Directive<TryFilesConfig?> TryFiles = Modules.Http.Add(
        new Directive<TryFilesConfig?>("try_files", In.Server | In.Location, Arity.TwoOrMore, null, PathBinder.TryFiles)
        {
            Syntax = ["file ... uri", "file ... =code"],
            Inheritance = Inheritance.None,
            Summary = "Serves the first file that exists, else the URI, named location or status at the end.",
        });

    public static readonly Directive<ImmutableArray<Template>> Index = Modules.Index.Add(
        new Directive<ImmutableArray<Template>>("index", In.HttpServerLocation, Arity.OneOrMore, [Template.Constant("index.html")], PathBinder.Index)
        {
            Syntax = ["file ..."],
            DefaultText = "index.html",
            Repetition = Repetition.Append,
            Inheritance = Inheritance.List,
            Combine = (earlier, later) => earlier.AddRange(later),
            Summary = "The files served for a directory, in order.",
        });

    public static readonly Directive<DynamicSize?> LimitRate = Modules.Http.Add(
        new Directive<DynamicSize?>("limit_rate", In.HttpServerLocation | In.LocationIf, Arity.One, null, c => c.DynamicSize())
        {
            Syntax = ["rate"],
            DefaultText = "0",
            Summary = "How many bytes a second are sent to a client for a request; zero sets no limit. A tunnel is not limited.",
        });

    public static readonly Directive<DynamicSize?> LimitRateAfter = Modules.Http.Add(
        new Directive<DynamicSize?>("limit_rate_after", In.HttpServerLocation | In.LocationIf, Arity.One, null, c => c.DynamicSize())
        {
            Syntax = ["size"],
            DefaultText = "0",
            Summary = "How much is sent before limit_rate sets in.",
        });

    public static readonly Directive<bool> AbsoluteRedirect = Modules.Http.Flag(
        "absolute_redirect", In.HttpServerLocation, true, "Whether redirects made here name scheme and host.");

    public static readonly Directive<bool> ServerNameInRedirect = Modules.Http.Flag(
        "server_name_in_redirect", In.HttpServerLocation, false, "Whether the host in redirects is the first server_name and not that of the request.");

    public static readonly Directive<bool> PortInRedirect = Modules.Http.Flag(
        "port_in_redirect", In.HttpServerLocation, true, "Whether redirects name the port.");

    public static readonly Directive<bool> LogNotFound = Modules.Http.Flag(
        "log_not_found", In.HttpServerLocation, true, "Whether files that are not found are logged as errors.");

    public static readonly Directive<bool> LogSubrequest = Modules.Http.Flag(
        "log_subrequest", In.HttpServerLocation, false, "Whether subrequests are logged in access logs.");

    public static readonly Directive<bool> Etag = Modules.Http.Flag("etag", In.HttpServerLocation, true, "Whether files are sent with ETag.");

    public static readonly Directive<IfModifiedSince> IfModifiedSince = Modules.Http.Choice(
        "if_modified_since", In.HttpServerLocation, Model.IfModifiedSince.Exact, "exact",
        [new("off", Model.IfModifiedSince.Off), new("exact", Model.IfModifiedSince.Exact), new("before", Model.IfModifiedSince.Before)],
        "How the time of a file is compared with If-Modified-Since.");

    public static readonly Directive<int> MaxRanges = Modules.Http.Number(
        "max_ranges", In.HttpServerLocation, int.MaxValue, "How many ranges a request may ask for; zero turns ranges off.");

    public static readonly Directive<bool> ChunkedTransferEncoding = Modules.Http.Flag(
        "chunked_transfer_encoding", In.HttpServerLocation, true, "Whether answers of HTTP/1.1 without a length are chunked.");

    public static readonly Directive<bool> MsiePadding = Modules.Http.Flag(
        "msie_padding", In.HttpServerLocation, true, "Whether error pages for old Internet Explorers are padded to 512 bytes.");

    public static readonly Directive<bool> MsieRefresh = Modules.Http.Flag(
        "msie_refresh", In.HttpServerLocation, false, "Whether old Internet Explorers get refreshes instead of redirects.");

    public static readonly Directive<bool> Sendfile = Modules.Http.Flag(
        "sendfile", In.HttpServerLocation | In.LocationIf, false, "Whether files are sent by sendfile(2).");

    public static readonly Directive<long> SendfileMaxChunk = Modules.Http.Size(
        "sendfile_max_chunk", In.HttpServerLocation, 2 << 20, "2m", "How much one call of sendfile(2) sends; zero sets no limit.");

    public static readonly Directive<BufferSpec> OutputBuffers = Modules.Http.Buffers(
        "output_buffers", In.HttpServerLocation, 2, 32768, "The buffers for reading a file.");

    public static readonly Directive<long> PostponeOutput = Modules.Http.Size(
        "postpone_output", In.HttpServerLocation, 1460, "1460", "How much is gathered before it is sent; zero sends at once.");

    public static readonly Directive<long> SubrequestOutputBufferSize = Modules.Http.Size(
        "subrequest_output_buffer_size", In.HttpServerLocation, Page, "4k", "The buffer for answers to subrequests.", noEffect: true);

    public static readonly Directive<string> Aio = Modules.Http.Add(
        new Directive<string>("aio", In.HttpServerLocation, Arity.One, "off", HttpBinder.Aio)
        {
            Syntax = ["on | off | threads[=pool]"],
            DefaultText = "off",
            Summary = "How files are read.",
            HasNoEffect = true,
        });

    public static readonly Directive<bool> AioWrite = Modules.Http.Flag(
        "aio_write", In.HttpServerLocation, false, "Whether temporary files are written by nginx's thread pools.", noEffect: true);

    public static readonly Directive<long> ReadAhead = Modules.Http.Size(
        "read_ahead", In.HttpServerLocation, 0, "0", "How much the kernel reads ahead of a file.", noEffect: true);

    public static readonly Directive<long?> Directio = Modules.Http.Add(
        new Directive<long?>("directio", In.HttpServerLocation, Arity.One, null, HttpBinder.Directio)
        {
            Syntax = ["size | off"],
            DefaultText = "off",
            Summary = "From which size on files are read past the page cache.",
            HasNoEffect = true,
        });

    public static readonly Directive<long> DirectioAlignment = Modules.Http.Offset(
        "directio_alignment", In.HttpServerLocation, 512, "512", "The alignment for directio.");

    public static readonly Directive<OpenFileCacheConfig?> OpenFileCache = Modules.Http.Add(
        new Directive<OpenFileCacheConfig?>("open_file_cache", In.HttpServerLocation, Arity.OneOrTwo, null, HttpBinder.OpenFileCache)
        {
            Syntax = ["off", "max=N [inactive=time]"],
            DefaultText = "off",
            Summary = "Keeps files open that are served often.",
        });

    public static readonly Directive<TimeSpan> OpenFileCacheValid = Modules.Http.Add(
        new Directive<TimeSpan>("open_file_cache_valid", In.HttpServerLocation, Arity.One, TimeSpan.FromSeconds(60), c => c.Seconds())
        {
            Syntax = ["time"],
            DefaultText = "60s",
            Summary = "How often an open file is checked for changes.",
        });

    public static readonly Directive<int> OpenFileCacheMinUses = Modules.Http.Number(
        "open_file_cache_min_uses", In.HttpServerLocation, 1, "How many uses keep a file open.");

    public static readonly Directive<bool> OpenFileCacheErrors = Modules.Http.Flag(
        "open_file_cache_errors", In.HttpServerLocation, false, "Whether errors of looking files up are kept too.");

    public static readonly Directive<bool> OpenFileCacheEvents = Modules.Http.Flag(
        "open_file_cache_events", In.HttpServerLocation, false, "Whether nginx learns of changes by events instead of checks.", noEffect: true);

    public static readonly Directive<SymlinkPolicy> DisableSymlinks = Modules.Http.Add(
        new Directive<SymlinkPolicy>("disable_symlinks", In.HttpServerLocation, Arity.OneOrTwo, new SymlinkPolicy(SymlinkCheck.Off, null), HttpBinder.DisableSymlinks)
        {
            Syntax = ["off", "on | if_not_owner [from=part]"],
            DefaultText = "off",
            Summary = "Whether symbolic links in the path of a file are refused.",
        }).Pending();

    public static readonly Directive<TempPathConfig> FastcgiTempPath = Modules.FastCgi.TempPath(
        "fastcgi_temp_path", In.HttpServerLocation, "fastcgi_temp", "Where answers of FastCGI go.", noEffect: true);

    public static readonly Directive<TempPathConfig> UwsgiTempPath = Modules.Uwsgi.TempPath(
        "uwsgi_temp_path", In.HttpServerLocation, "uwsgi_temp", "Where answers of uwsgi go.", noEffect: true);

    public static readonly Directive<TempPathConfig> ScgiTempPath = Modules.Scgi.TempPath(
        "scgi_temp_path", In.HttpServerLocation, "scgi_temp", "Where answers of SCGI go.", noEffect: true);
}
