using System.Globalization;
using Hawser.Protocols.Http1;
using Hawser.Protocols.Tests.Support;

namespace Hawser.Protocols.Tests.Http1;

/// <summary>RFC 9110 §5.6.7, parsed as leniently as ngx_parse_http_time.</summary>
public sealed class HttpDateTests
{
    private const long Example = 784111777; // the example of RFC 9110

    [Theory]
    [InlineData(0, "Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData(Example, "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData(951782400, "Tue, 29 Feb 2000 00:00:00 GMT")]
    [InlineData(4107542399, "Sun, 28 Feb 2100 23:59:59 GMT")]
    [InlineData(4107542400, "Mon, 01 Mar 2100 00:00:00 GMT")]
    [InlineData(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData(-1, "Wed, 31 Dec 1969 23:59:59 GMT")]
    public void Format_Time_IsTheFixedForm(long seconds, string expected)
    {
        Span<byte> date = new byte[HttpDate.Length];

        Assert.Equal(HttpDate.Length, HttpDate.Format(date, seconds));
        Assert.Equal(expected, Wire.Text(date));
    }

    [Fact]
    public void FormatAndParse_EveryDayAndEveryMonthBoundary_AgreeWithTheCalendar()
    {
        Span<byte> date = new byte[HttpDate.Length];
        for (var day = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero); day.Year < 2205; day = day.AddDays(1))
        {
            var time = day.AddSeconds((day.DayOfYear * 7919) % 86400);
            HttpDate.Format(date, time.ToUnixTimeSeconds());

            Assert.Equal(time.ToString("r", CultureInfo.InvariantCulture), Wire.Text(date));
            Assert.True(HttpDate.TryParse(date, out var parsed));
            Assert.Equal(time.ToUnixTimeSeconds(), parsed);
        }
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", Example)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", Example)]
    [InlineData("Sun Nov  6 08:49:37 1994", Example)]
    [InlineData("Sun Nov 06 08:49:37 1994", Example)]
    [InlineData("Sun Nov 6 08:49:37 1994", Example)]
    [InlineData("Sun, 06 Nov 1994 08:49:37", Example)]
    [InlineData("Sun,    06 Nov 1994 08:49:37 +0200", Example)] // the zone is not looked at
    [InlineData("x,06 Nov 1994 08:49:37 GMT", Example)]
    [InlineData(", 06 Nxx 1994 08:49:37 GMT", Example)]
    [InlineData("Mon, 01-Jan-69 00:00:00 GMT", 3124224000)]
    [InlineData("Thu, 01-Jan-70 00:00:00 GMT", 0)]
    [InlineData("Tue, 29 Feb 2000 00:00:00 GMT", 951782400)]
    [InlineData("Wed, 31 Dec 1969 23:59:59 GMT", -1)]
    public void TryParse_AnyForm_GivesTheTime(string text, long expected)
    {
        Assert.True(HttpDate.TryParse(Wire.Bytes(text), out var seconds));
        Assert.Equal(expected, seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("Sun,")]
    [InlineData("Sunday")]
    [InlineData("Sun, 06 Nov 1994")]
    [InlineData("Sun, 06 Nov 1994 08:49")]
    [InlineData("Sun, 6 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06/Nov/1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov-1994 08:49:37 GMT")]
    [InlineData("Sun, 06-Nov 94 08:49:37 GMT")]
    [InlineData("Sun, 06 nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Xov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 19x4 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 24:00:00 GMT")]
    [InlineData("Sun, 06 Nov 1994 23:60:00 GMT")]
    [InlineData("Sun, 06 Nov 1994 23:59:60 GMT")]
    [InlineData("Sun, 31 Nov 1994 00:00:00 GMT")]
    [InlineData("Thu, 29 Feb 1900 00:00:00 GMT")]
    [InlineData("Mon, 29 Feb 1999 00:00:00 GMT")]
    [InlineData("Sun Nov  6 08:49:37")]
    [InlineData("Sun Nov x6 08:49:37 1994")]
    [InlineData("Sun Nov 666 08:49:37 1994")]
    public void TryParse_NoDate_Fails(string text) => Assert.False(HttpDate.TryParse(Wire.Bytes(text), out _));

    [Fact]
    public void TryParse_EveryPrefix_NeverThrows()
    {
        foreach (var text in (string[])["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
        {
            for (var length = 0; length <= text.Length; length++)
            {
                var complete = length >= text.TrimEnd('G', 'M', 'T', ' ').Length;
                Assert.Equal(complete, HttpDate.TryParse(Wire.Bytes(text[..length]), out _));
            }
        }
    }

    [Theory]
    [InlineData(0, "06/Nov/1994:08:49:37 +0000", "1994-11-06T08:49:37+00:00", "1994/11/06 08:49:37", "Nov  6 08:49:37")]
    [InlineData(330, "06/Nov/1994:14:19:37 +0530", "1994-11-06T14:19:37+05:30", "1994/11/06 14:19:37", "Nov  6 14:19:37")]
    [InlineData(-570, "05/Nov/1994:23:19:37 -0930", "1994-11-05T23:19:37-09:30", "1994/11/05 23:19:37", "Nov  5 23:19:37")]
    [InlineData(840, "06/Nov/1994:22:49:37 +1400", "1994-11-06T22:49:37+14:00", "1994/11/06 22:49:37", "Nov  6 22:49:37")]
    [InlineData(-720, "05/Nov/1994:20:49:37 -1200", "1994-11-05T20:49:37-12:00", "1994/11/05 20:49:37", "Nov  5 20:49:37")]
    public void LogTime_OffsetFromUtc_IsAddedAndShown(int offset, string local, string iso, string errorLog, string syslog)
    {
        Span<byte> text = new byte[32];
        Assert.Equal(LogTime.LocalLength, LogTime.FormatLocal(text, Example, offset));
        Assert.Equal(local, Wire.Text(text[..LogTime.LocalLength]));
        Assert.Equal(LogTime.Iso8601Length, LogTime.FormatIso8601(text, Example, offset));
        Assert.Equal(iso, Wire.Text(text[..LogTime.Iso8601Length]));
        Assert.Equal(LogTime.ErrorLogLength, LogTime.FormatErrorLog(text, Example, offset));
        Assert.Equal(errorLog, Wire.Text(text[..LogTime.ErrorLogLength]));
        Assert.Equal(LogTime.SyslogLength, LogTime.FormatSyslog(text, Example, offset));
        Assert.Equal(syslog, Wire.Text(text[..LogTime.SyslogLength]));
    }
}
