using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Groups <c>listen</c> directives by address and sees to it that they agree.</summary>
internal sealed class ListenerRegistry
{
    private readonly List<Listener> _listeners = [];

    private sealed class Listener(ListenConfig listen, ServerConfig server)
    {
        public ListenConfig Listen { get; set; } = listen;

        public ServerConfig Default { get; set; } = server;

        public bool HasDefault { get; set; } = listen.IsDefaultServer;

        public List<ServerConfig> Servers { get; } = [server];
    }

    /// <summary>Adds an address of a server.</summary>
    public void Add(BindContext context, ServerConfig server, ListenConfig listen)
    {
        Listener? listener = Find(listen);
        if (listener is null)
        {
            _listeners.Add(new Listener(listen, server));
            return;
        }

        string address = listener.Listen.DisplayAddress;
        Argument culprit = context.Directive == Known.Listen ? context.Node.Arguments[0] : context.Node.NameArgument;
        if (listener.Servers.Contains(server))
            throw context.Refuse(culprit, $"a duplicate listen {address}");
        listener.Servers.Add(server);
        if (listen.HasSocketOptions)
        {
            if (listener.Listen.HasSocketOptions)
            {
                throw context.Refuse(
                    culprit, $"duplicate listen options for {address}",
                    "parameters of the socket, such as backlog and reuseport, belong to one listen of an address only");
            }
            listener.Listen = listen with { ProxyProtocol = listener.Listen.ProxyProtocol, IsSsl = listener.Listen.IsSsl };
        }
        // These two belong to the address: one line with the parameter is enough.
        if (listen.ProxyProtocol)
            listener.Listen = listener.Listen with { ProxyProtocol = true };
        if (listen.IsSsl)
            listener.Listen = listener.Listen with { IsSsl = true };
        if (!listen.IsDefaultServer)
            return;
        if (listener.HasDefault)
            throw context.Refuse(culprit, $"a duplicate default server for {address}", "only one server of an address can be default_server");
        listener.HasDefault = true;
        listener.Default = server;
    }

    public ImmutableArray<ListenerConfig> ToImmutable()
    {
        var listeners = ImmutableArray.CreateBuilder<ListenerConfig>(_listeners.Count);
        foreach (Listener listener in _listeners)
            listeners.Add(new ListenerConfig(listener.Listen, listener.Default, [.. listener.Servers]));
        return listeners.MoveToImmutable();
    }

    private Listener? Find(ListenConfig listen)
    {
        foreach (Listener listener in _listeners)
        {
            ListenConfig other = listener.Listen;
            if (other.Kind == listen.Kind && other.Port == listen.Port && other.Host == listen.Host && Equals(other.Address, listen.Address))
                return listener;
        }
        return null;
    }
}
