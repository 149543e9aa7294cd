using Hawser.Gateway.Hosting;

namespace Hawser.Tests.Hosting;

public sealed class StartupLogTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_IntoAFile_HasNginxsFormatAndKeepsWhatWasThere()
    {
        var path = _directory.Write("error.log", "before\n");
        using var log = StartupLog.Open(path, MessageLevel.Notice, new FixedTime());
        log.LeaveTerminal();

        log.Write(MessageLevel.Emergency, "no such thing in /x.conf:3");

        var id = Environment.ProcessId;
        Assert.Equal($"before\n2026/11/22 13:05:09 [emerg] {id}#{id}: no such thing in /x.conf:3\n", File.ReadAllText(path));
    }

    [Fact]
    public void Write_BelowTheLevel_IsLeftOut()
    {
        var path = _directory["error.log"];
        using var log = StartupLog.Open(path, MessageLevel.Notice, new FixedTime());
        log.LeaveTerminal();

        log.Write(MessageLevel.Information, "trifle");

        Assert.Equal("", File.ReadAllText(path));
    }

    [Fact]
    public void Forward_HandsEverythingOn()
    {
        var received = new List<(MessageLevel, string)>();
        using var log = StartupLog.Forward((level, message) => received.Add((level, message)));

        log.Write(MessageLevel.Warning, "one", "details for a terminal");
        log.Write(MessageLevel.Debug, "two");

        Assert.Equal([(MessageLevel.Warning, "one"), (MessageLevel.Debug, "two")], received);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 13, 5, 9, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
