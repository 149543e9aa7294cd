using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9112 §7.1.2 as nginx reads the trailers of an upstream (ngx_http_proxy_process_trailer).</summary>
public sealed class TrailerParserTests
{
    [Theory]
    [InlineData("\r\n", HeadStatus.Complete, "")]
    [InlineData("\n", HeadStatus.Complete, "")]
    [InlineData("A: b\r\nC_d: e\r\n\r\n", HeadStatus.Complete, "A=b|C_d=e")]
    [InlineData("A: b\n\n", HeadStatus.Complete, "A=b")]
    [InlineData("A: b\r\n", HeadStatus.NeedMore, "A=b")]
    [InlineData("A: b\r\n c: d\r\n\r\n", HeadStatus.Error, "A=b")]
    [InlineData("A: \0\r\n\r\n", HeadStatus.Error, "")]
    public void Parse_TrailerSection_GivesItsFields(string section, HeadStatus status, string fields)
    {
        var outcome = Splitting.Everywhere(Wire.Bytes(section), Read);

        Assert.Equal(status, outcome.Status);
        Assert.Equal(fields, outcome.Fields);
        if (status == HeadStatus.Complete)
            Assert.Equal(section.Length, outcome.Consumed);
    }

    [Fact]
    public void Parse_AfterReset_StartsAfresh()
    {
        var parser = new TrailerParser();
        Assert.Equal(HeadStatus.Error, parser.Parse(" x"u8));
        parser.Reset();
        Assert.Equal(HeadStatus.Complete, parser.Parse("\r\n"u8));
        Assert.Equal(0, parser.Fields.Length);
    }

    private static (HeadStatus Status, string Fields, int Consumed) Read(byte[] section, int[] ends)
    {
        var parser = new TrailerParser();
        var status = HeadStatus.NeedMore;
        foreach (var end in ends)
        {
            status = parser.Parse(section.AsSpan(0, end).ToArray());
            if (status != HeadStatus.NeedMore)
                break;
        }

        var fields = new List<string>();
        foreach (var field in parser.Fields)
            fields.Add($"{Wire.Text(field.Name.Of(section))}={Wire.Text(field.Value.Of(section))}");

        return (status, string.Join("|", fields), parser.Consumed);
    }
}
