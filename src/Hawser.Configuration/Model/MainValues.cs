namespace Hawser.Configuration.Model;

/// <summary><c>user user [group]</c></summary>
/// <param name="User">The user's name.</param>
/// <param name="Group">The group's name; that of the user if not given.</param>
public sealed record UserConfig(string User, string Group);

/// <summary><c>env name[=value]</c></summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Value">Its value; null keeps that of the environment.</param>
public sealed record EnvironmentVariable(string Name, string? Value);
