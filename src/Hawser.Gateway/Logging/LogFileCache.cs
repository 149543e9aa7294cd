using System.Text;
using Hawser.Configuration.Model;
using Hawser.IO.Files;

namespace Hawser.Gateway.Logging;

/// <summary>
/// <c>open_log_file_cache</c>: keeps files open whose paths come from variables. It is shared by the loops, which take turns;
/// logs with variables in their paths are rare and slow in nginx too.
/// </summary>
internal sealed class LogFileCache(OpenLogFileCache settings, LogFileRegistry registry)
{
    private const int MaximumOnStack = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = []; // the last used comes first
    private int _reopenings = registry.Reopenings;

    /// <summary>Files held open.</summary>
    public int OpenCount
    {
        get
        {
            lock (_lock)
            {
                int open = 0;
                foreach (Entry entry in _byUse) open += entry.File is null ? 0 : 1;
                return open;
            }
        }
    }

    /// <summary>Appends a line to the file of a path.</summary>
    /// <param name="openError">0, or the errno for which the file could not be opened.</param>
    /// <returns>As <see cref="AppendFile.Write"/>.</returns>
    public int Write(ReadOnlySpan<byte> path, ReadOnlySpan<byte> line, out int openError)
    {
        lock (_lock)
        {
            if (_reopenings != registry.Reopenings) CloseAll();
            long now = registry.Time.GetTimestamp();
            DropIdle(now);
            Entry entry = Find(path);
            entry.Uses++;
            entry.LastUsed = now;
            openError = Open(entry, now);
            if (openError != 0)
            {
                Remove(entry);
                return 0;
            }
            int written = entry.File!.Write(line);
            if (entry.Uses < settings.MinUses) Close(entry);
            if (_byUse.Count > settings.Max) Remove(_byUse.Last!.Value);
            return written;
        }
    }

    private Entry Find(ReadOnlySpan<byte> path)
    {
        Span<char> text = path.Length <= MaximumOnStack ? stackalloc char[path.Length] : new char[path.Length];
        Encoding.Latin1.GetChars(path, text);
        if (_entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out LinkedListNode<Entry>? node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value;
        }
        var entry = new Entry(text.ToString());
        _entries.Add(entry.Path, _byUse.AddFirst(entry));
        return entry;
    }

    // A file may have been renamed or removed: after valid= its path is opened again.
    private int Open(Entry entry, long now)
    {
        if (entry.File is not null && registry.Time.GetElapsedTime(entry.OpenedAt, now) <= settings.Valid) return 0;
        int errno = entry.File is null ? AppendFile.TryOpen(entry.Path, out entry.File) : entry.File.Reopen();
        entry.OpenedAt = now;
        return errno;
    }

    private void DropIdle(long now)
    {
        while (_byUse.Last is { } last && registry.Time.GetElapsedTime(last.Value.LastUsed, now) > settings.Inactive) Remove(last.Value);
    }

    private void CloseAll()
    {
        _reopenings = registry.Reopenings;
        foreach (Entry entry in _byUse) Close(entry);
    }

    private void Remove(Entry entry)
    {
        Close(entry);
        if (_entries.Remove(entry.Path, out LinkedListNode<Entry>? node)) _byUse.Remove(node);
    }

    private static void Close(Entry entry)
    {
        entry.File?.Dispose();
        entry.File = null;
    }

    private sealed class Entry(string path)
    {
        public readonly string Path = path;
        public AppendFile? File;
        public long OpenedAt;
        public long LastUsed;
        public int Uses;
    }
}
