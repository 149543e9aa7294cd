namespace Hawser.Configuration.Routing;

/// <summary>How a path was found in a <see cref="PrefixTrie{T}"/>.</summary>
internal enum PrefixMatchKind : byte
{
    None,

    /// <summary>An <c>=</c> location.</summary>
    Exact,

    /// <summary>The longest prefix.</summary>
    Prefix,

    /// <summary>A location that redirects to itself, if the path had a slash more.</summary>
    WithoutSlash,
}

/// <summary>The <c>=</c> and prefix locations of one block as a radix tree over the bytes of their paths.</summary>
internal sealed class PrefixTrie<T>
    where T : class
{
    private readonly Node _root = new([]);

    private sealed class Node(byte[] label)
    {
        public byte[] Label = label;
        public T? Exact;
        public T? Prefix;
        public bool Redirects;
        public byte[] FirstBytes = [];
        public Node[] Children = [];

        public Node? Child(byte first)
        {
            int index = FirstBytes.AsSpan().IndexOf(first);
            return index < 0 ? null : Children[index];
        }
    }

    /// <summary>Adds a location; false when there is one of that kind and path already.</summary>
    /// <param name="redirects">The path without its last slash is redirected to the location.</param>
    public bool TryAdd(ReadOnlySpan<byte> path, T entry, bool exact, bool redirects)
    {
        Node node = MakeNode(path);
        ref T? place = ref exact ? ref node.Exact : ref node.Prefix;
        if (place is not null) return false;
        place = entry;
        node.Redirects |= redirects;
        return true;
    }

    public T? Find(ReadOnlySpan<byte> path, out PrefixMatchKind kind)
    {
        Node node = _root;
        T? longest = null;
        while (true)
        {
            longest = node.Prefix ?? longest;
            if (path.IsEmpty) return AtEnd(node, longest, out kind);
            Node? child = node.Child(path[0]);
            if (child is null) break;
            if (!path.StartsWith(child.Label))
            {
                // The path ends inside this label; only the slash may be missing.
                if (child.Label.Length == path.Length + 1 && child.Label[^1] == '/' && child.Label.AsSpan().StartsWith(path)
                    && Redirecting(child) is { } redirecting)
                {
                    kind = PrefixMatchKind.WithoutSlash;
                    return redirecting;
                }
                break;
            }
            path = path[child.Label.Length..];
            node = child;
        }
        kind = longest is null ? PrefixMatchKind.None : PrefixMatchKind.Prefix;
        return longest;
    }

    private static T? AtEnd(Node node, T? longest, out PrefixMatchKind kind)
    {
        if (node.Exact is not null)
        {
            kind = PrefixMatchKind.Exact;
            return node.Exact;
        }
        if (node.Prefix is null && node.Child((byte)'/') is { Label.Length: 1 } child && Redirecting(child) is { } redirecting)
        {
            kind = PrefixMatchKind.WithoutSlash;
            return redirecting;
        }
        kind = longest is null ? PrefixMatchKind.None : PrefixMatchKind.Prefix;
        return longest;
    }

    // nginx: the redirect is due if either location of the path asks for it, and then the exact one's settings hold.
    private static T? Redirecting(Node node) => node.Redirects ? node.Exact ?? node.Prefix : null;

    private Node MakeNode(ReadOnlySpan<byte> path)
    {
        Node node = _root;
        while (!path.IsEmpty)
        {
            Node? child = node.Child(path[0]);
            if (child is null)
            {
                child = new Node(path.ToArray());
                node.FirstBytes = [.. node.FirstBytes, path[0]];
                node.Children = [.. node.Children, child];
                return child;
            }
            int common = path.CommonPrefixLength(child.Label);
            if (common < child.Label.Length) child = Split(node, child, common);
            path = path[common..];
            node = child;
        }
        return node;
    }

    private static Node Split(Node parent, Node child, int at)
    {
        var upper = new Node(child.Label[..at])
        {
            FirstBytes = [child.Label[at]],
            Children = [child],
        };
        child.Label = child.Label[at..];
        parent.Children[Array.IndexOf(parent.Children, child)] = upper;
        return upper;
    }
}
