using Hawser.Configuration.Model;

namespace Hawser.Doctor.Explain;

/// <summary>Where a phase of an imagined request leads.</summary>
internal enum WalkKind
{
    /// <summary>To the next phase.</summary>
    Continue,

    /// <summary>The path has changed: a location must be found for it.</summary>
    FindLocation,

    /// <summary>Back to the server with another path.</summary>
    Redirect,

    /// <summary>Into a named location.</summary>
    Named,

    /// <summary>To the answer with a status, for which there may be an error page.</summary>
    Status,

    /// <summary>The answer is made.</summary>
    Answered,

    /// <summary>A file is served.</summary>
    File,

    /// <summary>A backend is asked.</summary>
    Proxied,

    /// <summary>It cannot be told.</summary>
    Unknown,
}

internal readonly record struct WalkOutcome(
    WalkKind Kind, int Status = 0, string Path = "", string Args = "", LocationConfig? Location = null, string? RedirectTarget = null)
{
    public static readonly WalkOutcome Continue = new(WalkKind.Continue);
    public static readonly WalkOutcome FindLocation = new(WalkKind.FindLocation);
    public static readonly WalkOutcome Unknown = new(WalkKind.Unknown);

    public static WalkOutcome OfStatus(int status) => new(WalkKind.Status, status);

    public static WalkOutcome Answered(int status) => new(WalkKind.Answered, status);

    public static WalkOutcome Redirect(string path, string args) => new(WalkKind.Redirect, Path: path, Args: args);
}
