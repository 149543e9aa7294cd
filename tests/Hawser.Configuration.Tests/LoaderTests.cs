using System.Net;
using System.Text;
using Hawser.Configuration.Diagnostics;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Templates;
using Hawser.Testing;

namespace Hawser.Configuration.Tests;

public sealed class LoaderTests
{
    [Fact]
    public void Files_OfAConfiguration_AreListedOnceInTheOrderFirstSeen()
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", "events {} # \u00FF\ninclude b.conf; include a.conf; include b.conf;");
        files.Add("a.conf", "include c/*.conf;");
        files.Add("b.conf", "# b");
        files.Add("c/2.conf", "#2");
        files.Add("c/1.conf", "#1");
        ConfigurationResult result = Load.Files(files);
        Assert.NotNull(result.Config);
        Assert.Equal(
            ["/etc/nginx/nginx.conf", "/etc/nginx/b.conf", "/etc/nginx/a.conf", "/etc/nginx/c/1.conf", "/etc/nginx/c/2.conf"],
            result.Files.Select(file => file.Path));
        Assert.Contains((byte)0xFF, result.Files[0].Bytes.ToArray());
    }

    [Fact]
    public void MainFile_Missing_IsReportedWithoutAPlace()
    {
        ConfigurationResult result = Load.Files(new MemoryFiles());
        Assert.Null(result.Config);
        Assert.Equal("[emerg] open() \"/etc/nginx/nginx.conf\" failed (2: No such file or directory)", Assert.Single(result.Diagnostics).Headline);
        Assert.Empty(result.Files);
    }

    [Theory]
    [InlineData("mime.types")]
    [InlineData("/usr/local/nginx/mime.types")]
    public void MimeTypes_MissingBesideTheConfiguration_ComeFromTheProgram(string include)
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", $"events {{}} http {{ include {include}; }}");
        files.Add("/opt/hawser/conf/mime.types", "types { text/x-own own; }");
        ConfigurationResult result = Load.Files(files, change: options => options with { FallbackIncludeDirectory = "/opt/hawser/conf" });
        Assert.Equal("own", Assert.Single(result.Config!.Http!.Get(Known.Types)).Extension);
    }

    [Fact]
    public void MimeTypes_BesideTheConfiguration_AreReadFromThere()
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", "events {} http { include mime.types; }");
        files.Add("mime.types", "types { text/x-theirs theirs; }");
        files.Add("/opt/hawser/conf/mime.types", "types { text/x-own own; }");
        ConfigurationResult result = Load.Files(files, change: options => options with { FallbackIncludeDirectory = "/opt/hawser/conf" });
        Assert.Equal("theirs", Assert.Single(result.Config!.Http!.Get(Known.Types)).Extension);
    }

    [Fact]
    public void MimeTypes_ThatComeWithTheProgram_Load()
    {
        string path = Repository.Path("src/Hawser/conf/mime.types");
        var files = new MemoryFiles();
        files.Add("nginx.conf", "events {} http { include mime.types; }");
        files.Add("mime.types", Encoding.Latin1.GetString(File.ReadAllBytes(path)));
        ConfigurationResult result = Load.Files(files);
        Assert.Empty(result.Diagnostics);
        var types = result.Config!.Http!.Get(Known.Types);
        Assert.True(types.Length > 100);
        Assert.Contains(types, type => type is { Extension: "js", Type: "application/javascript" });
        Assert.Contains(types, type => type is { Extension: "html", Type: "text/html" });
    }

    [Fact]
    public void Listen_NameWithAResolver_BecomesItsAddresses()
    {
        var files = new MemoryFiles();
        files.Add("nginx.conf", "events {} http { server { listen localhost:81; } server { listen nowhere:81; } }");
        ConfigurationResult result = Load.Files(
            files, change: options => options with { ResolveHost = name => name == "localhost" ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [] });
        Assert.Equal("host not found in \"nowhere:81\" of the \"listen\" directive", Assert.Single(result.Diagnostics).Message);
        Assert.Equal(["127.0.0.1:81", "[::1]:81"], result.Partial.Http!.Servers[0].Listens.Select(listen => listen.DisplayAddress));
    }

    [Theory]
    [InlineData(true, 80)]
    [InlineData(false, 8000)]
    public void Listen_WithoutADirective_DependsOnPrivilege(bool isPrivileged, int port)
    {
        ConfigurationResult result = Load.Text("events {} http { server { } }", change: options => options with { IsPrivileged = isPrivileged });
        Assert.Equal(port, Assert.Single(result.Config!.Http!.Listeners).Listen.Port);
    }

    [Fact]
    public void Events_RequiredAndMissing_IsAnError()
    {
        ConfigurationResult result = Load.Text("user x;", change: options => options with { RequireEvents = true });
        Assert.Equal("[emerg] no \"events\" section in configuration", Assert.Single(result.Diagnostics).Headline);
        Assert.NotNull(Load.Text("user x;").Config);
    }

    [Fact]
    public void RegexValidator_OfTheCaller_IsAsked()
    {
        ConfigurationResult result = Load.Text(
            "events {} http { server { location ~ ^/bad$ { } } }", change: options => options with { RegexValidator = new Refuser() });
        Diagnostic error = Assert.Single(result.Diagnostics);
        Assert.Equal("pcre2_compile() failed: no in \"^/bad$\" at \"bad$\"", error.Message);
        Assert.Equal("b", error.Span!.Value.Text.ToString());
    }

    [Fact]
    public void Partial_DespiteErrors_HasWhatCouldBeBound()
    {
        ConfigurationResult result = Load.Text("events {} http { server { nonsense; location / { proxy_pass http://h; send_timeout x; } } }");
        Assert.Null(result.Config);
        LocationConfig location = result.Partial.Http!.Servers[0].Locations[0];
        Assert.Equal("h", location.Get(Known.ProxyPass)!.Address!.Host);
        Assert.Equal(TimeSpan.FromSeconds(60), location.Get(Known.SendTimeout));
    }

    [Fact]
    public void Load_FromDisk_ResolvesRelativePathsAgainstThePrefix()
    {
        using var directory = new TestDirectory();
        directory.Write("conf/nginx.conf", "events {} include more/*.conf;");
        directory.Write("conf/more/a.conf", "pid x.pid;");
        ConfigurationResult result = ConfigurationLoader.Load(new LoadOptions { Path = "conf/nginx.conf", Prefix = directory.Path });
        Assert.Equal(directory["x.pid"], result.Config!.Get(Known.Pid));
        Assert.Equal(directory["conf/nginx.conf"], result.Config.Path);
        Assert.Equal(2, result.Files.Length);
    }

    [Fact]
    public void KnownVariables_Together_AreUniqueAndDescribed()
    {
        Assert.All(KnownVariables.All, variable => Assert.EndsWith(".", variable.Summary));
        Assert.Equal(KnownVariables.All.Count, KnownVariables.All.Select(variable => variable.Name).Distinct().Count());
        Assert.Equal("http_host", KnownVariables.Find("http_host")!.Name);
        Assert.Equal("http_", KnownVariables.Find("http_x_y")!.Name);
        Assert.Equal("sent_http_", KnownVariables.Find("sent_http_x")!.Name);
        Assert.Null(KnownVariables.Find("nope"));
    }

    private sealed class Refuser : IRegexValidator
    {
        public RegexError? Validate(string pattern, bool ignoreCase, out IReadOnlyList<NamedCapture> captures)
        {
            captures = [];
            return new RegexError("no", 2);
        }
    }
}
