using System.Runtime.CompilerServices;

namespace Hawser.Configuration.Directives;

/// <summary>All directives, found by name.</summary>
public static class DirectiveTable
{
    private static readonly Dictionary<string, List<Directive>> s_byName = [];
    private static readonly List<Directive> s_all = [];
    private static readonly Lock s_gate = new();
    private static bool s_loaded;

    /// <summary>Every directive Hawser has, in the order of <see cref="Known"/>. A name may occur twice, for different contexts.</summary>
    public static IReadOnlyList<Directive> All
    {
        get
        {
            Load();
            return s_all;
        }
    }

    /// <summary>The directives of a name, at most one for each context; empty if there is none.</summary>
    public static IReadOnlyList<Directive> Find(string name)
    {
        Load();
        return s_byName.TryGetValue(name, out List<Directive>? found) ? found : [];
    }

    /// <summary>The directive of a name in a context; null if there is none.</summary>
    public static Directive? Find(string name, DirectiveContexts context)
    {
        foreach (Directive directive in Find(name))
        {
            if ((directive.Contexts & context) != 0)
                return directive;
        }
        return null;
    }

    /// <summary>Whether nginx has a directive of that name, be it one that Hawser does not have.</summary>
    public static bool IsNginx(string name) =>
        Find(name).Count > 0 || UnsupportedDirectives.Find(name) is not null || UnsupportedDirectives.IsElsewhereOnly(name);

    internal static void Register(Directive directive)
    {
        lock (s_gate)
        {
            s_all.Add(directive);
            if (!s_byName.TryGetValue(directive.Name, out List<Directive>? sameName))
                s_byName.Add(directive.Name, sameName = new List<Directive>(1));
            sameName.Add(directive);
        }
    }

    // The fields of Known fill the table as they are initialized.
    private static void Load()
    {
        if (s_loaded)
            return;
        RuntimeHelpers.RunClassConstructor(typeof(Known).TypeHandle);
        s_loaded = true;
    }
}
