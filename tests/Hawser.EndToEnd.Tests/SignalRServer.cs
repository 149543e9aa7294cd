using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hawser.EndToEnd.Tests;

/// <summary>An ASP.NET Core server with a SignalR hub, on a port of its own.</summary>
internal sealed class SignalRServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SignalRServer(WebApplication application) => _application = application;

    public int Port => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    public static async Task<SignalRServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        var application = builder.Build();
        application.MapHub<TestHub>("/hub");
        await application.StartAsync();
        return new(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}

/// <summary>What the clients call.</summary>
internal sealed class TestHub : Hub
{
    public string Echo(string text) => text;

    public Task Tell(string text) => Clients.Caller.SendAsync("told", text);

    // Not Context.Abort, which tells the client to stay away: the connection itself goes.
    public void Drop() => Context.GetHttpContext()!.Abort();

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var n = 1; n <= to; n++)
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            yield return n;
        }
    }
}
