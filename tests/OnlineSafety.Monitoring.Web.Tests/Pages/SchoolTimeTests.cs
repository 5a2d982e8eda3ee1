using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Tests.Pages;

public sealed class SchoolTimeTests
{
    private static readonly TimeZoneInfo s_london = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly DateTimeOffset s_now = new(2026, 6, 17, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-06-17T08:14:07Z", "09:14")]
    [InlineData("2026-06-16T22:59:00Z", "yesterday 23:59")]
    [InlineData("2026-06-16T23:01:00Z", "00:01")]
    [InlineData("2026-06-09T08:14:00Z", "Tue 9 Jun 09:14")]
    [InlineData("2025-06-09T08:14:00Z", "9 Jun 2025 09:14")]
    public void ATimeIsSaidByTheClockOnTheSchoolsWall(string at, string words) =>
        Assert.Equal(words, SchoolTime.Words(DateTimeOffset.Parse(at), s_now, s_london));

    [Fact]
    public void ADayOfTheNextYearHasItsYearAndEvidenceHasItsDayAlsoToday()
    {
        var winter = new DateTimeOffset(2026, 11, 27, 9, 0, 0, TimeSpan.Zero);

        Assert.Equal("25 Feb 2027 00:53", SchoolTime.Words(new DateTimeOffset(2027, 2, 25, 0, 53, 0, TimeSpan.Zero), winter, s_london));
        Assert.Equal("Fri 18 Dec 00:53", SchoolTime.Words(new DateTimeOffset(2026, 12, 18, 0, 53, 0, TimeSpan.Zero), winter, s_london));
        Assert.Equal("27 Nov 2026 08:53:05", SchoolTime.Words(new DateTimeOffset(2026, 11, 27, 8, 53, 5, TimeSpan.Zero), winter, s_london, withSeconds: true, withDay: true));
    }

    [Theory]
    [InlineData(30, "less than a minute")]
    [InlineData(60, "1 minute")]
    [InlineData(-90 * 60, "90 minutes")]
    [InlineData(3 * 3600, "3 hours")]
    [InlineData(50 * 3600, "2 days")]
    public void ASpanIsOneFigure(int seconds, string words) => Assert.Equal(words, SchoolTime.Span(TimeSpan.FromSeconds(seconds)));
}
