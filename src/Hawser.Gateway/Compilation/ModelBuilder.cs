using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Hawser.Configuration;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Patterns;
using Hawser.Configuration.Templates;
using Hawser.Gateway.Phases.Limits;
using Hawser.Gateway.Upstreams;
using Hawser.Gateway.Upstreams.Resolving;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Compilation;

/// <summary>
/// What turning one configuration into a <see cref="GatewayModel"/> needs everywhere: variables with their slots, templates,
/// regular expressions, and the process's objects that survive a reload.
/// </summary>
public sealed class ModelBuilder(MainConfig config, VariableTable variables, GatewayServices services)
{
    private readonly Dictionary<Template, TemplateModel> _templates = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, object> _compiled = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, ImmutableArray<IPAddress>> _addresses = new(StringComparer.OrdinalIgnoreCase);

    public MainConfig Config { get; } = config;

    public VariableTable Variables { get; } = variables;

    /// <summary>The upstream blocks, which are compiled before the servers that use them.</summary>
    public Dictionary<string, UpstreamModel> Upstreams { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The resolvers compiled so far.</summary>
    public List<ResolverModel> Resolvers { get; } = [];

    public UpstreamModel? FindUpstream(string name) => Upstreams.GetValueOrDefault(name);

    /// <summary>The zones that this configuration declares.</summary>
    internal ZoneRegistry.Draft Zones { get; } = services.Zones.Begin();

    /// <summary>What <c>limit_conn_zone</c> or <c>limit_req_zone</c> says of a name.</summary>
    internal LimitZoneConfig FindZone(string name)
    {
        foreach (LimitZoneConfig zone in Config.Http!.LimitZones)
        {
            if (zone.Name == name) return zone;
        }
        throw new GatewayCompilationException($"zero size shared memory zone \"{name}\"");
    }

    /// <summary>Certificates, keys and lists that have been read.</summary>
    internal Tls.TlsObjectTable TlsObjects { get; } = new(config.Get(Known.SslObjectCacheInheritable) ? services.TlsObjects : null);

    /// <summary>Contexts for TLS towards upstreams.</summary>
    internal Tls.TlsContextTable TlsContexts { get; } = new();

    /// <summary>
    /// What the system says of a name, asked once for each configuration: a thousand servers may name the same responder, and an answer may take seconds
    /// not to come. Empty for a name that is not known.
    /// </summary>
    internal ImmutableArray<IPAddress> LookUp(string name)
    {
        if (!_addresses.TryGetValue(name, out ImmutableArray<IPAddress> known)) _addresses.Add(name, known = AddressResolver.TryResolve(name));
        return known;
    }

    /// <summary>What is wrong with the configuration without keeping it from running, in nginx's words.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Adds a warning; what several servers inherit is said once.</summary>
    public void Warn(string message)
    {
        if (!Warnings.Contains(message)) Warnings.Add(message);
    }

    /// <summary>What outlives configurations: log files, zones, caches.</summary>
    public GatewayServices Services { get; } = services;

    /// <summary>The compiled form of a template; the same template gives the same object.</summary>
    public TemplateModel Compile(Template template)
    {
        if (_templates.TryGetValue(template, out TemplateModel? known)) return known;
        var builder = new TemplateModel.Builder();
        foreach (TemplatePart part in template.Parts)
        {
            _ = part switch
            {
                LiteralPart literal => builder.Literal(ByteSlice.FromLatin1(literal.Value)),
                VariablePart variable => builder.Variable(Variables.Use(variable.Name)),
                CapturePart capture => builder.Capture(capture.Number),
                _ => throw new NotSupportedException($"A {part.GetType().Name} is no part of a value."),
            };
        }
        return _templates[template] = builder.Build();
    }

    /// <summary>Compiles a template that may be missing.</summary>
    public TemplateModel? CompileOptional(Template? template) => template is null ? null : Compile(template);

    /// <summary>Compiles once what several blocks inherit or name: later calls with the same declared object get the first result.</summary>
    public T Once<T>(object declared, Func<T> compile) where T : class
    {
        if (_compiled.TryGetValue(declared, out object? known)) return (T)known;
        T made = compile();
        _compiled[declared] = made;
        return made;
    }

    /// <summary>A pattern ready to match Latin-1 text, with the variables its named groups set.</summary>
    public RegexModel Compile(RegexPattern pattern)
    {
        if (!PcrePattern.TryTranslate(pattern.Text, pattern.IgnoreCase, out PcrePattern? translated, out RegexError? error))
        {
            throw new GatewayCompilationException($"{error.Message} in \"{pattern.Text}\"", pattern.Span);
        }
        Regex regex = translated.ToRegex();
        var captures = new (int Group, VariableModel Variable)[pattern.CaptureNames.Length];
        for (int i = 0; i < captures.Length; i++)
        {
            NamedCapture named = pattern.CaptureNames[i];
            captures[i] = (named.Number, Variables.Use(named.Name));
        }
        return new RegexModel(regex, captures);
    }
}
