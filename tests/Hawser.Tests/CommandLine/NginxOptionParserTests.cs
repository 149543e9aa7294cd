using Hawser.CommandLine;

namespace Hawser.Tests.CommandLine;

public sealed class NginxOptionParserTests
{
    [Theory]
    [InlineData("-c", "a.conf")]
    [InlineData("-ca.conf")]
    [InlineData("-c", "first.conf", "-c", "a.conf")]
    public void ConfigurationFile_GluedOrSeparate_IsTheLastOneGiven(params string[] arguments) =>
        Assert.Equal("a.conf", Parse(arguments).ConfigurationFile);

    [Fact]
    public void Flags_ShareOneDash()
    {
        var options = Parse("-tq");

        Assert.True(options.TestConfiguration);
        Assert.True(options.Quiet);
        Assert.False(options.DumpConfiguration);
    }

    [Fact]
    public void Flags_BeforeAValueOption_ShareItsDash()
    {
        var options = Parse("-tqcx.conf", "-T");

        Assert.Equal("x.conf", options.ConfigurationFile);
        Assert.True(options.Quiet);
        Assert.True(options.DumpConfiguration);
    }

    [Theory]
    [InlineData("-?", true, false)]
    [InlineData("-h", true, false)]
    [InlineData("-v", false, false)]
    [InlineData("-V", false, true)]
    public void InformationOptions_AllShowTheVersion(string argument, bool help, bool features)
    {
        var options = Parse(argument);

        Assert.True(options.ShowVersion);
        Assert.Equal(help, options.ShowHelp);
        Assert.Equal(features, options.ShowFeatures);
    }

    [Theory]
    [InlineData("stop", ControlSignal.Stop)]
    [InlineData("quit", ControlSignal.Quit)]
    [InlineData("reload", ControlSignal.Reload)]
    [InlineData("reopen", ControlSignal.Reopen)]
    [InlineData("upgrade", ControlSignal.Upgrade)]
    public void Signal_KnownName_IsTaken(string name, ControlSignal expected)
    {
        Assert.Equal(expected, Parse("-s", name).Signal);
        Assert.Equal(expected, Parse("-s" + name).Signal);
    }

    [Fact]
    public void AllValueOptions_TogetherWithSpacesInside_KeepTheirValues()
    {
        var options = Parse("-p", "/srv/gate way", "-e", "stderr", "-g", "daemon off; pid x;");

        Assert.Equal("/srv/gate way", options.Prefix);
        Assert.Equal("stderr", options.ErrorLog);
        Assert.Equal("daemon off; pid x;", options.GlobalDirectives);
    }

    // The texts are nginx's own: scripts match them.
    [Theory]
    [InlineData("invalid option: \"x\"", "-x")]
    [InlineData("invalid option: \"x\"", "-tx")]
    [InlineData("invalid option: \"foo\"", "foo")]
    [InlineData("invalid option: \"\"", "")]
    [InlineData("invalid option: \"-s restart\"", "-s", "restart")]
    [InlineData("option \"-s\" requires parameter", "-s")]
    [InlineData("option \"-g\" requires parameter", "-g")]
    [InlineData("option \"-p\" requires directory name", "-tp")]
    [InlineData("option \"-c\" requires file name", "-c")]
    [InlineData("option \"-e\" requires file name", "-e")]
    public void WrongLine_IsRefusedInNginxsWords(string expected, params string[] arguments)
    {
        Assert.False(NginxOptionParser.TryParse(arguments, out var options, out var error));
        Assert.Null(options);
        Assert.Equal(expected, error);
    }

    private static NginxOptions Parse(params string[] arguments)
    {
        Assert.True(NginxOptionParser.TryParse(arguments, out var options, out var error), error);
        return options!;
    }
}
