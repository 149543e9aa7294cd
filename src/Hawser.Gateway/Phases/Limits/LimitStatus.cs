using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases.Limits;

/// <summary><c>$limit_conn_status</c></summary>
public enum LimitConnStatus : byte
{
    /// <summary>No limit was looked at.</summary>
    None,
    Passed,
    Rejected,
    RejectedDryRun,
}

/// <summary><c>$limit_req_status</c></summary>
public enum LimitReqStatus : byte
{
    /// <summary>No limit was looked at.</summary>
    None,
    Passed,
    Delayed,
    Rejected,
    DelayedDryRun,
    RejectedDryRun,
}

/// <summary>The words of the two variables.</summary>
internal static class LimitStatusText
{
    private static readonly ByteSlice s_passed = new("PASSED"u8.ToArray());
    private static readonly ByteSlice s_delayed = new("DELAYED"u8.ToArray());
    private static readonly ByteSlice s_rejected = new("REJECTED"u8.ToArray());
    private static readonly ByteSlice s_delayedDryRun = new("DELAYED_DRY_RUN"u8.ToArray());
    private static readonly ByteSlice s_rejectedDryRun = new("REJECTED_DRY_RUN"u8.ToArray());

    public static ByteSlice Of(LimitConnStatus status) => status switch
    {
        LimitConnStatus.Passed => s_passed,
        LimitConnStatus.Rejected => s_rejected,
        LimitConnStatus.RejectedDryRun => s_rejectedDryRun,
        _ => default,
    };

    public static ByteSlice Of(LimitReqStatus status) => status switch
    {
        LimitReqStatus.Passed => s_passed,
        LimitReqStatus.Delayed => s_delayed,
        LimitReqStatus.Rejected => s_rejected,
        LimitReqStatus.DelayedDryRun => s_delayedDryRun,
        LimitReqStatus.RejectedDryRun => s_rejectedDryRun,
        _ => default,
    };
}
