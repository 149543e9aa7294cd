using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary>What a location says about files: <c>root</c>, <c>alias</c>, <c>index</c>, <c>types</c>, <c>etag</c> and the like.</summary>
public sealed class FilesModel
{
    private const int WholePath = -1;

    private readonly TemplateModel _root;
    private readonly ByteSlice _prefix;
    private readonly int _aliasLength;
    private readonly string _locationName;

    private FilesModel(TemplateModel root, ByteSlice prefix, int aliasLength, string locationName)
    {
        _root = root;
        _prefix = prefix;
        _aliasLength = aliasLength;
        _locationName = locationName;
    }

    /// <summary>Serves them.</summary>
    public IContentHandler Content { get; } = StaticContent.Instance;

    public required MediaTypes Types { get; init; }

    /// <summary>What may stand for a directory, in order.</summary>
    internal IndexName[] Indexes { get; init; } = [IndexName.Default];

    /// <summary>Whether files have entity tags.</summary>
    public required bool ETag { get; init; }

    /// <summary>Whether files that are not there are logged.</summary>
    public required bool LogNotFound { get; init; }

    /// <summary>How many ranges a request may ask for; 0: ranges are not served.</summary>
    public required int MaxRanges { get; init; }

    public required IfModifiedSinceMode IfModifiedSince { get; init; }

    /// <summary><c>alias</c>, not <c>root</c>.</summary>
    public bool IsAlias => _aliasLength != 0;

    /// <summary>An alias in a regex location: its value names the whole file.</summary>
    public bool IsWholeAlias => _aliasLength == WholePath;

    /// <summary>How many bytes of a path an alias of a prefix location takes the place of; 0 for anything else.</summary>
    internal int ReplacedLength => Math.Max(_aliasLength, 0);

    public static FilesModel From(ConfigScope scope, ModelBuilder builder)
    {
        RootConfig root = scope.Get(Known.Root);
        LocationConfig? owner = root.IsAlias ? OwnerOfAlias(scope) : null;
        ImmutableArray<Template> indexes = scope.Get(Known.Index);
        ByteSlice prefix = ByteSlice.FromLatin1(builder.Config.Prefix);
        return new FilesModel(builder.Compile(root.Path), prefix, AliasLength(owner), owner?.Pattern ?? "")
        {
            Types = MediaTypes.From(scope),
            Indexes = indexes.IsEmpty ? [IndexName.Default] : [.. indexes.Select(index => IndexName.From(index, builder))],
            ETag = scope.Get(Known.Etag),
            LogNotFound = scope.Get(Known.LogNotFound),
            MaxRanges = scope.Get(Known.MaxRanges),
            IfModifiedSince = scope.Get(Known.IfModifiedSince) switch
            {
                Configuration.Model.IfModifiedSince.Off => IfModifiedSinceMode.Off,
                Configuration.Model.IfModifiedSince.Before => IfModifiedSinceMode.Before,
                _ => IfModifiedSinceMode.Exact,
            },
        };
    }

    /// <summary><c>$document_root</c>: the value of <c>root</c> or <c>alias</c>, absolute.</summary>
    public ByteSlice DocumentRoot(HttpExchange exchange)
    {
        ByteSlice root = _root.Evaluate(exchange);
        // A constant was made absolute when it was read.
        return _root.IsConstant || (root.Length > 0 && root[0] == '/') ? root : exchange.Arena.Concat(_prefix.Span, root.Span);
    }

    /// <summary>
    /// <c>$request_filename</c>: the file for the exchange's path. Not found where a rewrite made an alias meaningless, which is logged.
    /// </summary>
    public VariableValue MapPath(HttpExchange exchange) =>
        TryMap(exchange, out ByteSlice path) ? path : VariableValue.NotFound;

    /// <inheritdoc cref="MapPath"/>
    internal bool TryMap(HttpExchange exchange, out ByteSlice path)
    {
        path = default;
        if (IsAlias && !exchange.IsPathOfLocation)
        {
            exchange.LogError(LogLevel.Alert, $"\"alias\" cannot be used in location \"{_locationName}\" where URI was rewritten");
            return false;
        }
        ByteSlice root = DocumentRoot(exchange);
        path = IsWholeAlias && !exchange.AddsPathToAlias ? root : exchange.Arena.Concat(root.Span, Remainder(exchange.Uri).Span);
        return true;
    }

    /// <summary>The part of a path that stands behind the root.</summary>
    internal ByteSlice Remainder(ByteSlice path) => path.Slice(Math.Min(ReplacedLength, path.Length));

    // Inherited by a location inside, an alias still stands for the path of the location that has it.
    private static LocationConfig? OwnerOfAlias(ConfigScope scope)
    {
        ConfigScope? owner = scope;
        while (owner is not null && !owner.HasOwn(Known.Root)) owner = owner.Parent;
        return owner as LocationConfig;
    }

    private static int AliasLength(LocationConfig? owner) => owner switch
    {
        null => 0,
        { Regex: not null } => WholePath,
        _ => owner.Pattern.Length,
    };
}

/// <summary>One name of <c>index</c>.</summary>
/// <param name="Name">The file's name; may hold variables.</param>
internal sealed record IndexName(TemplateModel Name)
{
    public static IndexName Default { get; } = new(new TemplateModel.Builder().Literal(ByteSlice.FromLatin1("index.html")).Build());

    public static IndexName From(Template name, ModelBuilder builder) => new(builder.Compile(name));
}
