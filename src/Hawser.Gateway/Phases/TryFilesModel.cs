using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Files;
using Hawser.IO.Native;

namespace Hawser.Gateway.Phases;

/// <summary><c>try_files file … uri | =code</c></summary>
public sealed class TryFilesModel
{
    private readonly Candidate[] _candidates;
    private readonly TemplateModel? _fallback;
    private readonly int _status;

    private readonly record struct Candidate(TemplateModel Path, bool IsDirectory);

    private TryFilesModel(Candidate[] candidates, TemplateModel? fallback, int status)
    {
        _candidates = candidates;
        _fallback = fallback;
        _status = status;
    }

    public static TryFilesModel? From(ConfigScope scope, ModelBuilder builder)
    {
        if (scope.Get(Known.TryFiles) is not { } config) return null;
        var candidates = new List<Candidate>();
        foreach (TryFile file in config.Files) candidates.Add(new Candidate(builder.Compile(file.Path), file.IsDirectory));
        return new TryFilesModel([.. candidates], builder.CompileOptional(config.Fallback), config.Status);
    }

    /// <summary>
    /// Continue: the exchange's path is that of a file or directory that exists. Otherwise Redirect, NamedLocation or Status.
    /// </summary>
    public Outcome Execute(HttpExchange exchange)
    {
        FilesModel files = exchange.Location.Files;
        if (!files.TryMap(exchange, out _)) return Outcome.Status(500);
        ByteSlice root = files.DocumentRoot(exchange);
        foreach (Candidate candidate in _candidates)
        {
            ByteSlice name = NameOf(candidate.Path, exchange, files);
            // What is written in the configuration itself may lead anywhere.
            if (!candidate.Path.IsConstant && UnsafePath.ClimbsUp(name.Span)) continue;
            if (!Exists(exchange, exchange.Arena.Concat(root.Span, name.Span), candidate.IsDirectory)) continue;
            Take(exchange, files, name, candidate.IsDirectory);
            return Outcome.Continue;
        }
        if (_fallback is null) return Outcome.Status(_status);
        ByteSlice target = NameOf(_fallback, exchange, files);
        if (target.Length > 0 && target[0] == '@') return InternalRedirect.ToNamed(exchange, target);
        UriParts.Split(target, out ByteSlice path, out ByteSlice args);
        return Outcome.Redirect(path, args);
    }

    // $uri begins with the location's path, in place of which the alias stands.
    private static ByteSlice NameOf(TemplateModel template, HttpExchange exchange, FilesModel files)
    {
        ByteSlice name = template.Evaluate(exchange);
        int replaced = files.ReplacedLength;
        bool cut = replaced > 0 && !template.IsConstant && name.Length >= replaced && exchange.Uri.Span.StartsWith(name.Span[..replaced]);
        return cut ? name.Slice(replaced) : name;
    }

    private static bool Exists(HttpExchange exchange, ByteSlice path, bool isDirectory)
    {
        int error = FileStatus.Read(path.Span, out FileStatus status);
        if (error == 0) return status.IsDirectory == isDirectory;
        if (error is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ENAMETOOLONG))
        {
            exchange.LogError(LogLevel.Crit, $"stat() \"{path}\" failed ({Errno.Describe(error)})");
        }
        return false;
    }

    private static void Take(HttpExchange exchange, FilesModel files, ByteSlice name, bool isDirectory)
    {
        if (files.ReplacedLength > 0) exchange.Uri = exchange.Arena.Concat(exchange.Uri.Slice(0, files.ReplacedLength).Span, name.Span);
        else if (!files.IsWholeAlias || !isDirectory) exchange.Uri = name;
        if (files.IsWholeAlias && !isDirectory) exchange.AddsPathToAlias = true;
    }
}
