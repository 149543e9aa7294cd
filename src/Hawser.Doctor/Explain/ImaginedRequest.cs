using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Doctor.Findings;
using Hawser.Protocols.Http1;

namespace Hawser.Doctor.Explain;

/// <summary>A request on its way through a configuration: what the gateway's exchange is for a real one. All texts are byte strings.</summary>
internal sealed class ImaginedRequest(ExplainRequest request, RegexBook regexes, ImmutableArray<MapConfig> maps)
{
    // nginx: NGX_HTTP_MAX_URI_CHANGES
    public const int MostChanges = 10;

    private readonly ImmutableArray<ExplainStep>.Builder _steps = ImmutableArray.CreateBuilder<ExplainStep>();
    private readonly Dictionary<string, string> _set = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _cached = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Value)> _fields = [];
    private string[] _captures = [];
    private HashSet<string>? _running;

    public ExplainRequest Request { get; } = request;

    public string Method { get; set; } = request.Method;

    /// <summary>In lower case, without port.</summary>
    public string Host { get; private set; } = "";

    public string HostPort { get; private set; } = "";

    public string Uri { get; set; } = "";

    public string Args { get; set; } = "";

    public bool IsQuoted { get; private set; }

    /// <summary>Something in the target was escaped, so that captures of it may need it again.</summary>
    public bool IsEscapable { get; private set; }

    /// <summary>nginx: valid_unparsed_uri.</summary>
    public bool IsTargetUntouched { get; set; }

    /// <summary>nginx: valid_location.</summary>
    public bool IsPathOfLocation { get; set; } = true;

    public bool IsInternal { get; set; }

    public bool IsErrorPage { get; set; }

    /// <summary>The status that an error page answers with; 0 where there was no error.</summary>
    public int ErrorStatus { get; set; }

    public int ChangesLeft { get; set; } = MostChanges + 1;

    public ServerConfig Server { get; set; } = null!;

    /// <summary>Whose settings hold: the server, a location, an <c>if</c> or <c>limit_except</c> in one.</summary>
    public ConfigScope Scope { get; set; } = null!;

    /// <summary>The Host that the URL of <c>proxy_pass</c> gives.</summary>
    public string ProxyHost { get; set; } = "";

    public string ProxyPort { get; set; } = "";

    /// <summary>The variables met whose values nobody knows.</summary>
    public SortedSet<string> Unknown { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Name, string Value)> Fields => _fields;

    public ImmutableArray<ExplainStep> Steps => _steps.ToImmutable();

    public ListenConfig? Listen { get; set; }

    public bool IsTls { get; set; }

    /// <summary>The head is one that is refused with 400.</summary>
    public bool IsBadRequest { get; set; }

    public void Note(string key, Configuration.Syntax.SourceSpan? span, params ReadOnlySpan<TextValue> values) =>
        _steps.Add(new ExplainStep(key, span, ImmutableArray.Create(values)));

    /// <summary>Reads the head as the gateway would read it; false when it is refused with 400.</summary>
    public bool TryReadHead(RequestHeadOptions options, bool ignoreInvalid)
    {
        var parser = new RequestHeadParser(options);
        byte[] head = BuildHead();
        if (parser.Parse(head) != HeadStatus.Complete) return false;
        foreach (HeaderField field in parser.Headers)
        {
            if (!(field.Invalid && ignoreInvalid)) _fields.Add((Text(head, field.Name), Text(head, field.Value)));
        }
        string host = _fields.Find(static f => f.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        if (!HostName.TryParse(Encoding.Latin1.GetBytes(host), out HostName name)) return false;
        Host = host[..name.Length].ToLowerInvariant();
        HostPort = name.Port > 0 ? name.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) : "";
        return true;
    }

    /// <summary>Normalizes the target as the server says; false when it is refused with 400.</summary>
    public bool TryTakeTarget(RequestHeadOptions options, bool mergeSlashes)
    {
        var parser = new RequestHeadParser(options);
        byte[] head = BuildHead();
        if (parser.Parse(head) != HeadStatus.Complete) return false;
        TargetFlags flags = parser.TargetFlags;
        if (!parser.NeedsNormalization && !(mergeSlashes && (flags & TargetFlags.Complex) != 0))
        {
            Uri = Text(head, parser.RawPath);
            Args = Text(head, parser.RawArgs);
        }
        else
        {
            byte[] target = Encoding.Latin1.GetBytes(Request.Target);
            byte[] output = new byte[target.Length + 1];
            if (!RequestTarget.TryNormalize(target, flags, mergeSlashes, output, out NormalizedTarget result)) return false;
            Uri = Encoding.Latin1.GetString(output, 0, result.PathLength);
            Args = Text(target, result.Args);
            flags = result.Flags;
        }
        IsQuoted = (flags & TargetFlags.Quoted) != 0;
        IsEscapable = (flags & (TargetFlags.Quoted | TargetFlags.Plus)) != 0;
        IsTargetUntouched = (flags & TargetFlags.EmptyPath) == 0;
        return true;
    }

    /// <summary>Matches; on success the groups are the captures and the named ones variables.</summary>
    public bool TryMatch(RegexPattern pattern, string subject)
    {
        if (regexes.Match(pattern, subject) is not { } match) return false;
        _captures = match.Groups.Count > 1 ? [.. match.Groups.Cast<Group>().Select(static g => g.Value)] : [];
        foreach (NamedCapture named in pattern.CaptureNames)
        {
            string name = named.Name.ToLowerInvariant();
            if (match.Groups[named.Number].Success) _set[name] = match.Groups[named.Number].Value;
            else _set.Remove(name);
        }
        return true;
    }

    public void ClearCaptures() => _captures = [];

    public string Capture(int number) => number < _captures.Length ? _captures[number] : "";

    /// <summary>The value of a template.</summary>
    public string Evaluate(Template template)
    {
        if (template.IsConstant) return template.ConstantValue;
        var value = new StringBuilder();
        foreach (TemplatePart part in template.Parts) value.Append(ValueOf(part));
        return value.ToString();
    }

    public string ValueOf(TemplatePart part) => part switch
    {
        LiteralPart literal => literal.Value,
        VariablePart variable => Variable(variable.Name),
        CapturePart capture => Capture(capture.Number),
        _ => "",
    };

    public void SetVariable(string name, string value)
    {
        if (name == "args")
        {
            Args = value;
            IsTargetUntouched = false;
        }
        else _set[name] = value;
    }

    /// <summary>The value of a variable. Where nobody knows it, its name with <c>$</c>, and it is noted among <see cref="Unknown"/>.</summary>
    public string Variable(string name)
    {
        if (_set.TryGetValue(name, out string? set)) return set;
        if (_cached.TryGetValue(name, out string? cached)) return cached;
        for (int i = maps.Length - 1; i >= 0; i--)
        {
            if (maps[i].Variable == name) return EvaluateMap(maps[i]);
        }
        if (ImaginedVariables.Find(this, name) is { } known) return known;
        if (KnownVariables.Find(name) is null && Scope.Root.Http is { } http && http.DeclaredVariables.Contains(name)) return "";
        Unknown.Add(name);
        return "$" + name;
    }

    /// <summary>All values of a field joined with a comma, Cookie with a semicolon; null without such a field.</summary>
    public string? Field(string lowerName)
    {
        string? value = null;
        foreach ((string name, string text) in _fields)
        {
            if (!name.Replace('-', '_').Equals(lowerName, StringComparison.OrdinalIgnoreCase)) continue;
            value = value is null ? text : value + (lowerName == "cookie" ? "; " : ", ") + text;
        }
        return value;
    }

    private string EvaluateMap(MapConfig map)
    {
        _running ??= [];
        if (!_running.Add(map.Variable)) return "";
        var matcher = new ImaginedMatcher(this);
        var search = new Configuration.Routing.MapSearch<Template, RegexPattern>(map, static t => t, static p => p);
        string value = Evaluate(search.Find(ref matcher, Encoding.Latin1.GetBytes(Evaluate(map.Source))));
        _running.Remove(map.Variable);
        if (!map.IsVolatile) _cached[map.Variable] = value;
        return value;
    }

    private byte[] BuildHead()
    {
        var head = new StringBuilder();
        head.Append(Request.Method).Append(' ').Append(Request.Target).Append(" HTTP/1.1\r\n");
        if (!Request.Headers.Any(static h => h.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))) head.Append("Host: ").Append(Request.Authority).Append("\r\n");
        foreach ((string name, string value) in Request.Headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static string Text(byte[] bytes, ByteRange range) => Encoding.Latin1.GetString(bytes, range.Start, range.Length);

    /// <summary>What the head may look like, as a server says.</summary>
    public static RequestHeadOptions OptionsOf(ServerConfig server) => new()
    {
        UnderscoresInHeaders = server.Get(Known.UnderscoresInHeaders),
        IgnoreInvalidHeaders = server.Get(Known.IgnoreInvalidHeaders),
    };
}
