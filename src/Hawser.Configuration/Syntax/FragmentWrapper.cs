using System.Collections.Immutable;
using Hawser.Configuration.Directives;

namespace Hawser.Configuration.Syntax;

/// <summary>Finds out for which block a file is meant and puts the blocks around it that the file itself does not have.</summary>
internal static class FragmentWrapper
{
    private static readonly string[] s_mainOnly = ["http", "events", "stream", "mail", "user", "pid", "worker_processes", "load_module", "daemon"];
    private static readonly string[] s_httpOnly = ["server", "upstream", "map", "limit_req_zone", "limit_conn_zone", "log_format", "proxy_cache_path", "geo", "split_clients"];

    /// <summary>The blocks <c>http</c>, <c>server</c> and <c>location</c>, as far as they are missing, around a file's directives.</summary>
    public static ImmutableArray<DirectiveNode> Wrap(ImmutableArray<DirectiveNode> nodes, SourceFile file, out ConfigurationShape shape)
    {
        shape = ShapeOf(nodes);
        return shape switch
        {
            ConfigurationShape.Main or ConfigurationShape.Stream => nodes,
            ConfigurationShape.Http => [Block("http", file, nodes)],
            ConfigurationShape.Location => [Block("http", file, [Block("server", file, [Block("location", file, nodes, "/")])])],
            _ => [Block("http", file, [.. nodes.Where(IsForHttp), Block("server", file, [.. nodes.Where(static n => !IsForHttp(n))])])],
        };
    }

    private static ConfigurationShape ShapeOf(ImmutableArray<DirectiveNode> nodes)
    {
        if (nodes.Any(static n => s_mainOnly.Contains(n.Name))) return ConfigurationShape.Main;
        if (nodes.Any(static n => n.Name == "server" && IsStreamServer(n))) return ConfigurationShape.Stream;
        bool hasLocation = nodes.Any(static n => n.Name is "location" or "server_name" or "listen");
        bool hasHttp = nodes.Any(static n => s_httpOnly.Contains(n.Name));
        if (hasLocation) return hasHttp ? ConfigurationShape.Mixed : ConfigurationShape.Server;
        if (hasHttp) return ConfigurationShape.Http;
        return nodes.Any(static n => n.Name.StartsWith("proxy_", StringComparison.Ordinal)) ? ConfigurationShape.Location : ConfigurationShape.Http;
    }

    private static bool IsForHttp(DirectiveNode node) => s_httpOnly.Contains(node.Name)
        || DirectiveTable.Find(node.Name) is { Count: > 0 } known && known.All(static d => (d.Contexts & DirectiveContexts.Server) == 0);

    // A server of ngx_stream_proxy_module has a proxy_pass of its own, without a scheme.
    private static bool IsStreamServer(DirectiveNode server) => server.Children.Any(static n =>
        n.Name == "proxy_pass" && n.Arguments is [var url] && !url.Value.Contains("://", StringComparison.Ordinal));

    private static DirectiveNode Block(string name, SourceFile file, ImmutableArray<DirectiveNode> children, params ReadOnlySpan<string> arguments)
    {
        var start = new SourceSpan(file, 0, 0);
        var words = ImmutableArray.CreateBuilder<Argument>();
        foreach (string argument in arguments) words.Add(new Argument(argument, start, Quoted: false));
        int first = children.IsEmpty ? 0 : children[0].Ordinal;
        return new DirectiveNode(new Argument(name, start, Quoted: false), words.DrainToImmutable(), start, first)
        {
            HasBlock = true,
            Children = children,
            EndOrdinal = int.MaxValue,
        };
    }
}
