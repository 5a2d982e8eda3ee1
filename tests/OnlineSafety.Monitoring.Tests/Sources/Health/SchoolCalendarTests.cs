using System.Text.Json;
using Json.Schema;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

public sealed class SchoolCalendarTests
{
    [Theory]
    [InlineData("2026-09-03", true, "first day of term")]
    [InlineData("2026-09-02", false, "the day before it")]
    [InlineData("2026-10-28", false, "half term")]
    [InlineData("2026-11-27", false, "INSET")]
    [InlineData("2026-11-28", false, "Saturday")]
    [InlineData("2027-01-20", false, "snow")]
    [InlineData("2027-05-03", false, "bank holiday in term")]
    [InlineData("2027-05-04", true, "the day after it")]
    [InlineData("2027-08-10", false, "summer")]
    public void ADayIsASchoolDayByTermClosureAndBankHoliday(string day, bool open, string because) =>
        Assert.True(School.Calendar.IsSchoolDay(CalendarFile.Day(day)) == open, because);

    [Fact]
    public void SchoolTimeIsWhatLiesBetweenTheBells()
    {
        // Friday 14:00 is the last bell; Monday 08:45 the first.
        Assert.Equal(TimeSpan.FromMinutes(30 + 15), School.Calendar.OpenTime(School.At(9, 4, 13, 30), School.At(9, 7, 9, 0)));
        Assert.Equal(TimeSpan.FromMinutes(390), School.Calendar.OpenTime(School.At(9, 7, 0), School.At(9, 8, 0)));
        Assert.Equal(TimeSpan.Zero, School.Calendar.OpenTime(School.At(9, 7, 16), School.At(9, 8, 8)));
        Assert.Equal(TimeSpan.Zero, School.Calendar.OpenTime(School.At(9, 8, 10), School.At(9, 8, 9)));
    }

    [Fact]
    public void TheBellRingsByTheClockOnTheWallBeforeAndAfterTheClocksChange()
    {
        Assert.Equal(new DateTimeOffset(2026, 10, 23, 7, 45, 0, TimeSpan.Zero), School.Calendar.Open(new DateOnly(2026, 10, 23))!.Value.From);
        Assert.Equal(new DateTimeOffset(2026, 11, 2, 8, 45, 0, TimeSpan.Zero), School.Calendar.Open(new DateOnly(2026, 11, 2))!.Value.From);
    }

    /// <summary>Friday ends at 14:00; Monday begins at 08:45.</summary>
    [Theory]
    [InlineData(7, 7, "2026-09-04T07:45:00Z")]
    [InlineData(7, 15, "2026-09-04T07:45:00Z")]
    [InlineData(7, 16, "2026-09-07T07:45:00Z")]
    public void AWholeSchoolDayHasGoneByWhenItsLastBellHasRung(int day, int hour, string first) =>
        Assert.Equal(DateTimeOffset.Parse(first, System.Globalization.CultureInfo.InvariantCulture), School.Calendar.LastWholeDay(School.At(9, day, hour)));

    [Fact]
    public void WithoutACalendarEveryWeekdayThatIsNoBankHolidayCounts()
    {
        Assert.True(School.NoCalendar.IsSchoolDay(new DateOnly(2026, 8, 12)));
        Assert.False(School.NoCalendar.IsSchoolDay(new DateOnly(2026, 8, 31)));
        Assert.False(School.NoCalendar.IsSchoolDay(new DateOnly(2026, 8, 15)));
    }

    [Fact]
    public void ACalendarThatRanOutLongAgoDoesNotEndTheWatch()
    {
        Assert.False(School.Calendar.IsSchoolDay(new DateOnly(2027, 9, 3)));
        Assert.True(School.Calendar.IsSchoolDay(new DateOnly(2027, 9, 9)));
    }

    /// <summary>The last term ends on Wednesday, 21 July 2027.</summary>
    [Theory]
    [InlineData("2027-05-31", false, "half term before it")]
    [InlineData("2027-07-21", true, "the last day of the last term")]
    [InlineData("2027-07-22", true, "the day after it")]
    [InlineData("2027-07-24", false, "Saturday")]
    [InlineData("2027-08-10", true, "what would be summer")]
    [InlineData("2027-08-30", false, "bank holiday")]
    public void WhoeverWaitsForAnAnswerWaitsForNoTermThatNobodyHasImported(string day, bool open, string because)
    {
        var calendar = SchoolCalendar.ForAnswers(CalendarFile.Parse(File.ReadAllText(Repository.Path("schemas", "calendars", "example.json"))), School.Holidays, School.Zone);

        Assert.True(calendar.IsSchoolDay(CalendarFile.Day(day)) == open, because);
    }

    [Theory]
    [InlineData("""{"terms":[]}""", "names no term")]
    [InlineData("""{"terms":[{"name":"A","first":"2026-09-03","last":"2026-09-01"}]}""", "The term from 2026-09-03 to 2026-09-01 ends before it begins")]
    [InlineData("""{"terms":[{"name":"A","first":"3.9.2026","last":"2026-09-01"}]}""", "is not a day")]
    [InlineData("""{"terms":[{"name":"A","first":"2026-09-03","last":"2026-12-01"}],"closures":[{"first":"2026-10-01","last":"2026-10-01","kind":"strike"}]}""", "a closure is one of")]
    [InlineData("""{"terms":[{"name":"A","first":"2026-09-03","last":"2026-12-01"}],"holidays":[]}""", "is not known")]
    [InlineData("""{"terms":[{"name":"A","first":"2026-09-03","last":"2026-12-01"}],"hours":{"opens":"15:00","closes":"08:00"}}""", "closes before it opens")]
    [InlineData("""{"terms":[{"name":1,"first":"2026-09-03","last":"2026-12-01"}]}""", "is not as")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{", "is not as")]
    [InlineData("{\n \"terms\": [,]}", "in line 2, near letter 12,")]
    public void AWrongCalendarSaysWhatIsWrong(string json, string because) =>
        Assert.Contains(because, Assert.Throws<SetupException>(() => CalendarFile.Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("calendar.schema.json", "calendars/example.json")]
    [InlineData("bank-holidays.schema.json", "calendars/bank-holidays-england.json")]
    [InlineData("device-classes.schema.json", "devices/classes.json")]
    public void TheDataFilesFitTheirSchemas(string schema, string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", file)));
        Assert.True(JsonSchema.FromText(File.ReadAllText(Repository.Path("schemas", schema))).Evaluate(document.RootElement).IsValid);
    }
}
