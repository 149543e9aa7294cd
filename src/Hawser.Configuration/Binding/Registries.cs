using System.Collections.Immutable;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>The log formats declared so far. A log can name only what stands above it.</summary>
internal sealed class LogFormatRegistry
{
    private const string Combined =
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";

    /// <summary>The predefined format.</summary>
    public static readonly LogFormatConfig CombinedFormat =
        new("combined", LogEscape.Default, TemplateParser.Parse(Combined, TemplateOptions.NoCaptures, out _), null);

    private readonly List<LogFormatConfig> _formats = [CombinedFormat];

    /// <summary>Adds a format. Null if the name is taken.</summary>
    public bool TryAdd(LogFormatConfig format)
    {
        foreach (LogFormatConfig existing in _formats)
        {
            if (existing.Name == format.Name)
                return false;
        }
        _formats.Add(format);
        return true;
    }

    /// <summary>Finds a format; without case, as nginx does, though it tells the cases apart in declaring.</summary>
    public LogFormatConfig? Find(string name)
    {
        foreach (LogFormatConfig format in _formats)
        {
            if (format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return format;
        }
        return null;
    }

    public ImmutableArray<LogFormatConfig> ToImmutable() => [.. _formats];

    public string? Suggest(string name)
    {
        var names = new string[_formats.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = _formats[i].Name;
        return Spelling.Suggest(name, names);
    }
}

/// <summary>The buffers of log files: all logs to a file share one, so they must agree on it.</summary>
internal sealed class LogBufferRegistry
{
    private readonly Dictionary<string, AccessLogConfig> _byPath = [];

    /// <summary>Notes the buffer of a log. False if the file has a different one.</summary>
    public bool TryAdd(AccessLogConfig log)
    {
        if (_byPath.TryAdd(log.Path.ConstantValue, log))
            return true;
        AccessLogConfig first = _byPath[log.Path.ConstantValue];
        return first.Buffer == log.Buffer && first.Flush == log.Flush && first.GzipLevel == log.GzipLevel;
    }
}

/// <summary>
/// The groups of servers, and the addresses that <c>proxy_pass</c> names: a group must not be declared twice, nor a port be written with its name.
/// </summary>
internal sealed class UpstreamRegistry
{
    private readonly List<Entry> _entries = [];

    private sealed record Entry(string Name, bool IsGroup, int Port, bool HasPort, SourceFile File, int Line);

    /// <summary>Declares a group. Always true.</summary>
    public bool Declare(BindContext context, Argument name)
    {
        foreach (Entry entry in _entries)
        {
            if (!entry.Name.Equals(name.Value, StringComparison.OrdinalIgnoreCase))
                continue;
            if (entry.IsGroup)
                throw context.Refuse(name, $"duplicate upstream \"{name}\"", $"it is first declared in {entry.File.Path}:{entry.Line}");
            if (entry.HasPort)
                throw context.RefuseElsewhere(name, $"upstream \"{name}\" may not have port {entry.Port}", entry.File, entry.Line);
        }
        _entries.Add(new Entry(name.Value, IsGroup: true, 0, HasPort: false, context.Node.Span.File, context.Node.ReportLine));
        return true;
    }

    /// <summary>Notes an address that may be the name of a group.</summary>
    public void Use(BindContext context, Argument argument, EndpointAddress address)
    {
        foreach (Entry entry in _entries)
        {
            if (!entry.IsGroup || !entry.Name.Equals(address.Host, StringComparison.OrdinalIgnoreCase))
                continue;
            if (address.HasPort)
                throw context.Refuse(argument, $"upstream \"{address.Host}\" may not have port {address.Port}", "the servers of the group have the ports");
            return;
        }
        _entries.Add(new Entry(address.Host, IsGroup: false, address.Port, address.HasPort, context.Node.Span.File, context.Node.ReportLine));
    }
}
