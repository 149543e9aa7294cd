using Hawser.Configuration.Syntax;

namespace Hawser.Doctor.Tests;

/// <summary>Examines texts as if they were files.</summary>
internal static class Examine
{
    /// <summary>Where the main file seems to be; nothing is there on disk.</summary>
    public const string Path = "/etc/doctor-test/nginx.conf";

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Examination Text(string configuration, string arguments = "", IReadOnlyDictionary<string, string>? others = null) =>
        Examination.Of(Options(configuration, arguments, others));

    /// <param name="arguments">As on the command line: <c>--url</c>, <c>--page</c>, <c>--target</c>, <c>--heartbeat</c>.</param>
    public static DoctorOptions Options(string configuration, string arguments = "", IReadOnlyDictionary<string, string>? others = null)
    {
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? Value(string name) => Array.IndexOf(words, name) is >= 0 and var at ? words[at + 1] : null;
        return new DoctorOptions
        {
            Path = Value("--path") ?? Path,
            Files = new TextFiles(Value("--path") ?? Path, configuration, others ?? new Dictionary<string, string>()),
            Url = Value("--url") is { } url ? new Uri(url) : null,
            Page = Value("--page") is { } page ? new Uri(page) : null,
            Target = DoctorTarget.Parse(Value("--target") ?? "nginx")!,
            Heartbeat = Value("--heartbeat") is { } heartbeat ? TimeSpan.FromSeconds(int.Parse(heartbeat.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture)) : null,
            Now = Now,
        };
    }

    private sealed class TextFiles(string path, string main, IReadOnlyDictionary<string, string> others) : IConfigurationFiles
    {
        public FileContent Read(string path1)
        {
            string? text = path1 == path ? main : others.GetValueOrDefault(System.IO.Path.GetFileName(path1));
            return text is null
                ? new FileContent(default, new FileFailure("open()", 2, "No such file or directory"))
                : new FileContent(System.Text.Encoding.UTF8.GetBytes(text), null);
        }

        public System.Collections.Immutable.ImmutableArray<string> Glob(string pattern) => [];

        public bool Exists(string path1) => path1 == path || others.ContainsKey(System.IO.Path.GetFileName(path1));

        public string GetFullPath(string path1, string directory) => PhysicalFiles.Instance.GetFullPath(path1, directory);
    }
}
