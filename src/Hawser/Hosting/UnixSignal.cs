namespace Hawser.Hosting;

/// <summary>signal(7) numbers; the same on every architecture .NET runs on under Linux.</summary>
internal static class UnixSignal
{
    public const int Hup = 1, Int = 2, Quit = 3, Usr1 = 10, Usr2 = 12, Term = 15, Winch = 28;
}
