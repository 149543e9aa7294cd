using System.Text;
using Hawser.Configuration;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Tests.Support;

/// <summary>
/// A configuration compiled in a directory of its own, and exchanges for it that never saw a socket. Exchanges are in the first server,
/// and in its first location if it has one.
/// </summary>
internal sealed class TestGateway : IDisposable
{
    private readonly Worker _worker;
    private readonly bool _ownsDirectory;

    /// <param name="http">The contents of <c>http { }</c>; <c>%DIR%</c> stands for the directory.</param>
    public TestGateway(string http, GatewayServices? services = null, string? directory = null, ManualTime? time = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("hawser-gateway-").FullName;
        Time = time ?? new ManualTime();
        Services = services ?? new GatewayServices(Time);
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "logs"));
        string file = Path.Combine(Directory, "nginx.conf");
        File.WriteAllText(file, $"events {{ }}\nhttp {{\n{http.Replace("%DIR%", Directory)}\n}}\n", Encoding.Latin1);
        ConfigurationResult result = ConfigurationLoader.Load(new LoadOptions { Path = file, Prefix = Directory + "/" });
        Assert.True(result.Config is not null, string.Join('\n', result.Diagnostics));
        Model = GatewayCompiler.Compile(result.Config, Services, 1);
        Services.LogFiles.ErrorLog = Model.ErrorLog;
        foreach (string name in BuiltInVariables.Names) Model.Variables.Use(name);
        _worker = new Worker(0, Time, static e => throw new InvalidOperationException("a handler failed", e), static () => { });
        Connection = new FakeConnection(Model.Listeners.First().Value);
    }

    public string Directory { get; }

    public ManualTime Time { get; }

    public GatewayServices Services { get; }

    public GatewayModel Model { get; }

    public FakeConnection Connection { get; }

    public ServerModel Server => Connection.Listener.Default;

    /// <summary>An exchange as it is when its head has been read.</summary>
    /// <param name="target">The target, with query.</param>
    /// <param name="fields">Lines such as <c>Host: localhost</c>; bytes above 127 as Latin-1.</param>
    public HttpExchange Request(string target = "/", params string[] fields)
    {
        var exchange = new HttpExchange(_worker);
        exchange.Begin(Connection, Model, startedAt: -12);
        exchange.Server = Server;
        exchange.Location = Server.Defaults;
        exchange.Response.Attach(new NullSink());
        exchange.Method = RequestMethod.Get;
        exchange.MethodName = ByteSlice.FromLatin1("GET");
        exchange.RequestLine = ByteSlice.FromLatin1($"GET {target} HTTP/1.1");
        exchange.Protocol = ByteSlice.FromLatin1("HTTP/1.1");
        exchange.Version = 11;
        exchange.Target = ByteSlice.FromLatin1(target);
        string[] parts = target.Split('?', 2);
        exchange.Uri = ByteSlice.FromLatin1(parts[0]);
        exchange.Args = ByteSlice.FromLatin1(parts.Length > 1 ? parts[1] : "");
        exchange.RequestLength = 77;
        exchange.KeepAlive = true;
        exchange.IsTargetUntouched = true;
        foreach (string field in fields) AddField(exchange.RequestHeaders, field);
        return exchange;
    }

    /// <summary>Adds a field given as one line.</summary>
    public static void AddField(HeaderList headers, string line)
    {
        string[] parts = line.Split(':', 2);
        ByteSlice name = ByteSlice.FromLatin1(parts[0]);
        headers.Add(name, ByteSlice.FromLatin1(parts[1].TrimStart(' ')), KnownHeaders.Find(name.Span));
    }

    /// <summary>A variable's value; null when it is not found. It must be one that the configuration uses, or a built-in one without a prefix.</summary>
    public string? Get(HttpExchange exchange, string name)
    {
        VariableValue value = exchange.GetVariable(Model.Variables.Use(name));
        return value.Found ? value.Value.ToString() : null;
    }

    /// <summary>What a log of the directory holds.</summary>
    public string Log(string name) => File.ReadAllText(Path.Combine(Directory, name), Encoding.Latin1);

    public void Dispose()
    {
        _worker.Loop.Dispose();
        if (_ownsDirectory) System.IO.Directory.Delete(Directory, recursive: true);
    }
}
