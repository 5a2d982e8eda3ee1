using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Digests;

public sealed class DigestSchedulerTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly Guid Id = Guid.NewGuid();

    private static DigestSchool School(string at) => new(Id, London, TimeOnly.Parse(at), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("00:30", "2026-03-29", "2026-03-29T00:30Z")]
    [InlineData("01:30", "2026-03-29", "2026-03-29T01:00Z")]
    [InlineData("01:00", "2026-03-29", "2026-03-29T01:00Z")]
    [InlineData("02:00", "2026-03-29", "2026-03-29T01:00Z")]
    [InlineData("07:30", "2026-03-29", "2026-03-29T06:30Z")]
    [InlineData("01:30", "2027-03-28", "2027-03-28T01:00Z")]
    [InlineData("00:30", "2026-10-25", "2026-10-24T23:30Z")]
    [InlineData("01:30", "2026-10-25", "2026-10-25T00:30Z")]
    [InlineData("02:00", "2026-10-25", "2026-10-25T02:00Z")]
    [InlineData("07:30", "2026-10-25", "2026-10-25T07:30Z")]
    [InlineData("01:30", "2027-10-31", "2027-10-31T00:30Z")]
    [InlineData("01:30:30", "2026-03-29", "2026-03-29T01:00Z")]
    public void AnInstantIsTheEndOfAGapAndTheFirstOfTwo(string at, string day, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant), DigestScheduler.InstantOf(School(at), DateOnly.Parse(day)));

    [Fact]
    public void ATimeThatDoesNotExistRunsWhenTheGapEnds()
    {
        var school = School("01:30");

        Assert.Equal(new DateOnly(2026, 3, 28), DigestScheduler.DueFor(school, DateTimeOffset.Parse("2026-03-29T00:59:59Z"), null)!.Value.Day);
        Assert.Equal(new DateOnly(2026, 3, 29), DigestScheduler.DueFor(school, DateTimeOffset.Parse("2026-03-29T01:00:00Z"), null)!.Value.Day);
    }

    [Theory]
    [InlineData("00:30")]
    [InlineData("01:00")]
    [InlineData("01:30")]
    [InlineData("02:00")]
    [InlineData("07:30")]
    [InlineData("23:59")]
    public void TwoYearsPolledEachMinuteAroundEachChangeGiveOneDigestForEachDate(string at)
    {
        var school = School(at);
        var days = new List<DateOnly>();
        var last = new Dictionary<Guid, DateOnly>();
        var end = DateTimeOffset.Parse("2027-12-31T23:59:59Z");
        for (var now = DateTimeOffset.Parse("2026-01-01T00:00:00Z"); now <= end; now = Step(school, now))
        {
            foreach (var due in DigestScheduler.Due([school], now, last))
            {
                Assert.False(due.Late);
                days.Add(due.Day);
                last[Id] = due.Day;
            }
        }

        var expected = Enumerable.Range(0, 730).Select(n => new DateOnly(2026, 1, 1).AddDays(n));
        Assert.Equal(expected, days);
    }

    // As the service waits: until the next instant, and at most some time; finely on the days on which clocks change.
    private static DateTimeOffset Step(DigestSchool school, DateTimeOffset now)
    {
        var changes = now.Month is 3 or 10 && now.Day >= 24;
        var poll = now + (changes ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1));
        var next = DigestScheduler.Next(school, now);
        return next < poll ? next : poll;
    }

    [Fact]
    public void AfterAStandstillOnlyTheNewestIsDueAndItIsLate()
    {
        var due = DigestScheduler.DueFor(School("07:30"), DateTimeOffset.Parse("2026-11-25T10:30:00Z"), new DateOnly(2026, 11, 20));

        Assert.Equal(new DueDigest(Id, new DateOnly(2026, 11, 25), Late: true), due);
    }

    [Fact]
    public void ASecondClockThatWentBackMakesNoSecondDigest()
    {
        Assert.Null(DigestScheduler.DueFor(School("07:30"), DateTimeOffset.Parse("2026-11-25T07:31:00Z"), new DateOnly(2026, 11, 25)));
        Assert.Null(DigestScheduler.DueFor(School("07:30"), DateTimeOffset.Parse("2026-11-25T05:31:00Z"), new DateOnly(2026, 11, 25)));
    }

    [Fact]
    public void ASchoolAddedAfterTodaysTimeGetsItsFirstTomorrow()
    {
        var school = School("07:30") with { CreatedAt = DateTimeOffset.Parse("2026-11-25T10:00:00Z") };

        Assert.Null(DigestScheduler.DueFor(school, DateTimeOffset.Parse("2026-11-25T12:00:00Z"), null));
        Assert.Equal(new DateOnly(2026, 11, 26), DigestScheduler.DueFor(school, DateTimeOffset.Parse("2026-11-26T07:30:00Z"), null)!.Value.Day);
    }

    [Fact]
    public void SchoolsInOtherZonesHaveTheirOwnDay()
    {
        var kiritimati = School("07:30") with { School = Guid.NewGuid(), Zone = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Kiritimati") };

        var due = DigestScheduler.Due([School("07:30"), kiritimati], DateTimeOffset.Parse("2026-11-25T18:00:00Z"), new Dictionary<Guid, DateOnly>());

        Assert.Equal([new DateOnly(2026, 11, 25), new DateOnly(2026, 11, 26)], due.Select(d => d.Day));
    }

    // Autumn term of 2026 with its half-term, and the spring term.
    private static readonly SchoolCalendar SchoolDays = new(
        CalendarFile.Parse("""
            { "terms": [ { "name": "Autumn", "first": "2026-09-03", "last": "2026-12-18" }, { "name": "Spring", "first": "2027-01-04", "last": "2027-03-26" } ],
              "closures": [ { "kind": "half-term", "first": "2026-10-26", "last": "2026-10-30" } ] }
            """),
        BankHolidays.None, London);

    [Theory]
    // Friday, then the weekend, Monday before and after the time of the digest; the half-term; the Christmas holidays.
    [InlineData("2026-11-20T07:31Z", "2026-11-19", "2026-11-20")]
    [InlineData("2026-11-21T12:00Z", "2026-11-20", null)]
    [InlineData("2026-11-21T12:00Z", "2026-11-19", "2026-11-20")]
    [InlineData("2026-11-23T07:29Z", "2026-11-20", null)]
    [InlineData("2026-11-23T07:30Z", "2026-11-20", "2026-11-23")]
    [InlineData("2026-10-28T12:00Z", "2026-10-23", null)]
    [InlineData("2026-11-02T07:30Z", "2026-10-23", "2026-11-02")]
    [InlineData("2026-12-30T07:30Z", "2026-12-18", null)]
    [InlineData("2027-01-04T07:30Z", "2026-12-18", "2027-01-04")]
    public void WhereSchoolDaysWereChosenTheNextOneCoversTheDaysBetween(string now, string last, string? day)
    {
        var due = DigestScheduler.DueFor(School("07:30"), DateTimeOffset.Parse(now), DateOnly.Parse(last), SchoolDays);

        Assert.Equal(day is null ? null : DateOnly.Parse(day), due?.Day);
    }
}
