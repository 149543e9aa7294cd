using Hawser.Gateway.Hosting;

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
    public static ProcessUser? Resolve(UserSetting? setting, StartupLog log)
    {
        if (!ProcessServices.IsRoot)
        {
            if (setting is not null)
                log.Write(MessageLevel.Warning, $"the \"user\" directive makes sense only if the process runs with super-user privileges, ignored{setting.Place}");
            return null;
        }

        var name = setting?.User ?? Nobody;
        var found = ProcessServices.FindUser(name) ?? throw new GatewayFailureException($"getpwnam(\"{name}\") failed{setting?.Place}");

        // The group of nobody is called nobody or nogroup; the user's own number of it serves for both.
        var group = setting is null
            ? found.GroupId
            : ProcessServices.FindGroup(setting.Group) ?? throw new GatewayFailureException($"getgrnam(\"{setting.Group}\") failed{setting.Place}");
        return found.UserId == 0 ? null : new ProcessUser(name, found.UserId, group);
    }
}
