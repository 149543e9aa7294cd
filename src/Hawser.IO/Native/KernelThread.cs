namespace Hawser.IO.Native;

/// <summary>The thread that asks, as the kernel and its tools number it.</summary>
public static class KernelThread
{
    [ThreadStatic] private static int t_id;

    /// <summary>gettid(2): what <c>top -H</c> shows and nginx writes after <c>#</c> in its error log.</summary>
    public static int CurrentId => t_id != 0 ? t_id : t_id = Libc.gettid();
}
