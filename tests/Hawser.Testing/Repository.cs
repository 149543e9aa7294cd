namespace Hawser.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    private static readonly Lazy<string> s_root = new(FindRoot);

    /// <summary>Absolute path of the checkout.</summary>
    public static string Root => s_root.Value;

    /// <summary>Absolute path of something in the checkout.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (File.Exists(System.IO.Path.Combine(at, "Hawser.slnx")))
                return at;
        }

        throw new DirectoryNotFoundException($"No Hawser.slnx above {AppContext.BaseDirectory}: tests run inside a checkout.");
    }
}
