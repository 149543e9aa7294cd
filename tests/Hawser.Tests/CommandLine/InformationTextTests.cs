using System.Text.RegularExpressions;
using Hawser.CommandLine;

namespace Hawser.Tests.CommandLine;

/// <summary><c>-V</c> as the tools read it that ask nginx what it can do.</summary>
public sealed class InformationTextTests
{
    private static readonly string Text = InformationText.Version + InformationText.Features();

    [Fact]
    public void Version_FirstLine_NamesTheProduct() =>
        Assert.StartsWith($"hawser version: {Product.NameAndVersion}\n", Text, StringComparison.Ordinal);

    [Fact]
    public void Version_NginxLine_MatchesThePatternOfTools() =>
        Assert.Equal("1.31.5", Regex.Match(Text, "^nginx version: nginx/([0-9.]+)$", RegexOptions.Multiline).Groups[1].Value);

    [Fact]
    public void OpenSsl_Line_NamesTheLoadedLibrary() =>
        Assert.Matches(@"\nbuilt with OpenSSL 3\.[0-9]+\.[0-9]+ .*\nTLS SNI support enabled\n", Text);

    [Theory]
    [InlineData("http_access_module")]
    [InlineData("http_map_module")]
    [InlineData("http_proxy_module")]
    [InlineData("http_rewrite_module")]
    [InlineData("http_upstream_keepalive_module")]
    public void StandardModule_Present_IsNotDenied(string module) => Assert.DoesNotContain($"--without-{module}", Text);

    [Theory]
    [InlineData("http_userid_module")]
    [InlineData("http_ssi_module")]
    [InlineData("http-cache")]
    [InlineData("http_upstream_sticky_module")]
    public void StandardModule_Missing_IsDenied(string module) => Assert.Contains($" --without-{module}", Text);

    [Theory]
    [InlineData("http_ssl")]
    [InlineData("http_stub_status")]
    [InlineData("http_realip")]
    public void OptionalModule_Present_IsNamed(string module) => Assert.Contains($" --with-{module}_module", Text);

    // Tools search for the bare name anywhere in the text: even a denial would claim it.
    [Theory]
    [InlineData("http_v2")]
    [InlineData("http_v3")]
    [InlineData("--with-stream")]
    [InlineData("--with-mail")]
    [InlineData("slice")]
    [InlineData("secure_link")]
    [InlineData("--with-debug")]
    [InlineData("=dynamic")]
    public void OptionalModule_Missing_IsNotNamedAtAll(string name) => Assert.DoesNotContain(name, Text);

    [Fact]
    public void ConfigureArguments_AreTheLastLine() => Assert.EndsWith($"\nconfigure arguments:{BuildFeatures.ConfigureArguments}\n", Text, StringComparison.Ordinal);
}
