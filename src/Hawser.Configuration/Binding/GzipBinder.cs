using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>The gzip family where a plain value does not do.</summary>
internal static class GzipBinder
{
    private static readonly Choice<int>[] s_proxied =
    [
        new("off", (int)GzipProxied.Off),
        new("expired", (int)GzipProxied.Expired),
        new("no-cache", (int)GzipProxied.NoCache),
        new("no-store", (int)GzipProxied.NoStore),
        new("private", (int)GzipProxied.Private),
        new("no_last_modified", (int)GzipProxied.NoLastModified),
        new("no_etag", (int)GzipProxied.NoETag),
        new("auth", (int)GzipProxied.Auth),
        new("any", (int)GzipProxied.Any),
    ];

    public static int Level(BindContext context)
    {
        int level = context.Number();
        return level is >= 1 and <= 9 ? level : throw context.Refuse(context.Current, "value must be between 1 and 9");
    }

    /// <summary>The window in bytes, as its power of two.</summary>
    public static int WindowBits(BindContext context) =>
        PowerOf(context, 9, 15) ?? throw context.RefuseDirective("must be 512, 1k, 2k, 4k, 8k, 16k, or 32k");

    /// <summary>zlib's memory level: its tables take 2 to the power of the level and nine more bytes.</summary>
    public static int MemoryLevel(BindContext context) =>
        PowerOf(context, 9, 17) - 8 ?? throw context.RefuseDirective("must be 512, 1k, 2k, 4k, 8k, 16k, 32k, 64k, or 128k");

    public static GzipProxied Proxied(BindContext context) => (GzipProxied)context.Mask(s_proxied, (int)context.Existing<GzipProxied>());

    public static GzipDisable Disable(BindContext context)
    {
        bool msie6 = false;
        var agents = ImmutableArray.CreateBuilder<RegexPattern>();
        while (context.HasMore)
        {
            Argument argument = context.Next();
            if (argument.Value == "msie6")
                msie6 = true;
            else
                agents.Add(context.Regex(argument, argument.Value, ignoreCase: true));
        }
        return new GzipDisable(msie6, agents.DrainToImmutable());
    }

    private static int? PowerOf(BindContext context, int smallest, int largest)
    {
        long size = context.Size();
        for (int power = smallest; power <= largest; power++)
        {
            if (size == 1L << power)
                return power;
        }
        return null;
    }
}
