using Hawser.Hosting;
using Hawser.Gateway.Hosting;

namespace Hawser.Tests.Hosting;

public sealed class ControlQueueTests
{
    [Fact]
    public void Take_GivesRequestsInTheirOrder()
    {
        using var queue = new ControlQueue();
        queue.Post(ControlRequest.Reload, "first");
        queue.Post(ControlRequest.Stop, "second");

        Assert.Equal((ControlRequest.Reload, "first"), queue.Take());
        Assert.Equal((ControlRequest.Stop, "second"), queue.Take());
    }

    [Fact]
    public async Task Take_BeforeThereIsAnything_Waits()
    {
        using var queue = new ControlQueue();
        var taking = Task.Run(queue.Take, TestContext.Current.CancellationToken);
        Assert.False(taking.IsCompleted);

        queue.Post(ControlRequest.Quit, "");

        Assert.Equal(ControlRequest.Quit, (await taking.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)).Request);
    }

    // USR1 and HUP would end the test process if the queue did not catch them.
    [Theory]
    [InlineData(UnixSignal.Usr1, ControlRequest.Reopen, "signal 10 (SIGUSR1) received, reopening logs")]
    [InlineData(UnixSignal.Hup, ControlRequest.Reload, "signal 1 (SIGHUP) received, reconfiguring")]
    [InlineData(UnixSignal.Winch, ControlRequest.StopAccepting, "signal 28 (SIGWINCH) received, stop accepting connections")]
    public void Signal_ToThisProcess_BecomesARequest(int signal, object expected, string cause)
    {
        using var queue = new ControlQueue();
        queue.Listen(detached: true);

        Assert.Equal(0, ProcessServices.Kill(Environment.ProcessId, signal));

        Assert.Equal(((ControlRequest)expected, cause), queue.Take());
    }
}
