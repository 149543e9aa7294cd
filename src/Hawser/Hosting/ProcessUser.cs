using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.IO.Native;

namespace Hawser.Hosting;

/// <summary>
/// The user a process of root changes to once its sockets are bound: that of <c>user</c>, else <c>nobody</c>, as in nginx.
/// </summary>
/// <param name="Name">The user's name, for its supplementary groups.</param>
/// <param name="UserId">The user's number.</param>
/// <param name="GroupId">The group's number.</param>
internal sealed record ProcessUser(string Name, uint UserId, uint GroupId)
{
    private const string Nobody = "nobody";

    /// <summary>Finds out which user to change to.</summary>
    /// <returns>Null if there is nothing to do: not started by root, or root is wanted.</returns>
    /// <exception cref="GatewayFailureException">There is no such user or group.</exception>
    public static ProcessUser? Resolve(MainConfig configuration, BootstrapLog log)
    {
        var (user, span, _) = configuration.Find(Known.User);
        if (ProcessControl.EffectiveUserId != 0)
        {
            if (user is not null)
                log.Write(ErrorLogLevel.Warn, "the \"user\" directive makes sense only if the process runs with super-user privileges, ignored" + Place(span));
            return null;
        }

        var name = user is null ? Nobody : ByteText.ToDisplay(user.User);
        var found = Credentials.FindUser(name) ?? throw new GatewayFailureException($"getpwnam(\"{name}\") failed{Place(span)}");

        // The group of nobody is called nobody or nogroup; a user's number of it serves for both.
        var group = user is null
            ? found.GroupId
            : Credentials.FindGroup(ByteText.ToDisplay(user.Group)) ?? throw new GatewayFailureException($"getgrnam(\"{ByteText.ToDisplay(user.Group)}\") failed{Place(span)}");
        return found.UserId == 0 ? null : new ProcessUser(name, found.UserId, group);
    }

    private static string Place(SourceSpan? span) => span switch
    {
        null => "",
        { File.IsCommandLine: true } => " in command line",
        { } place => $" in {ByteText.ToDisplay(place.File.Path)}:{place.Line}",
    };
}
