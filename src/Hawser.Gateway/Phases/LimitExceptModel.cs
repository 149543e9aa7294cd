using System.Text;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases;

/// <summary><c>limit_except METHOD … { }</c>: other settings for all methods but those listed.</summary>
public sealed class LimitExceptModel
{
    private readonly uint _allowed;

    private LimitExceptModel(uint allowed, LocationModel location)
    {
        _allowed = allowed;
        Location = location;
    }

    /// <summary>The block's settings.</summary>
    public LocationModel Location { get; }

    /// <param name="config">The block.</param>
    /// <param name="location">Its settings, compiled.</param>
    public static LimitExceptModel From(LocationConfig config, LocationModel location)
    {
        uint allowed = 0;
        foreach (string name in config.AllowedMethods)
        {
            RequestMethod method = RequestMethods.Find(Encoding.ASCII.GetBytes(name));
            if (method != RequestMethod.Other) allowed |= 1u << (int)method;
        }
        return new LimitExceptModel(allowed, location);
    }

    /// <summary>Whether <see cref="Location"/> holds for a method. It does for every method without a name of its own.</summary>
    public bool AppliesTo(RequestMethod method) => (_allowed & (1u << (int)method)) == 0;
}
