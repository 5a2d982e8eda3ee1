using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Tests.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Alerts.Policy;

public sealed class AlertClockTests
{
    private static readonly SchoolPolicy OnCall = PolicyFile.Read("""{"outOfHours":{"choice":"onCall","onCall":["head"]}}""");

    /// <summary>The example calendar: lessons 08:55-09:55, 09:55-10:55, 11:15-12:15, 13:05-14:05, 14:15-15:15; hours 08:45-15:15; Fridays until 14:00.</summary>
    [Theory]
    [InlineData("2026-09-07 09:00", "2026-09-07 09:55", "in a lesson: its end")]
    [InlineData("2026-09-07 09:55", "2026-09-07 10:55", "at a bell: the lesson that begins")]
    [InlineData("2026-09-07 11:00", "2026-09-07 12:00", "in a break: an hour, where the next lesson ends later")]
    [InlineData("2026-09-07 14:10", "2026-09-07 15:10", "in a break before the last lesson")]
    [InlineData("2026-09-07 08:50", "2026-09-07 09:50", "at registration")]
    [InlineData("2026-09-07 09:50", "2026-09-07 10:05", "five minutes before the bell: never less than a quarter of an hour")]
    [InlineData("2026-09-07 15:14", "2026-09-07 15:29", "one minute before the last bell: the same day all the same")]
    [InlineData("2026-09-07 15:15", "2026-09-08 09:45", "at the last bell: school is over")]
    [InlineData("2026-09-07 08:44", "2026-09-07 09:45", "before the first bell")]
    [InlineData("2026-09-11 13:59", "2026-09-11 14:14", "a short Friday")]
    [InlineData("2026-09-11 14:00", "2026-09-14 09:45", "a weekend")]
    [InlineData("2026-10-23 23:30", "2026-11-02 09:45", "half term, with the change of the clocks in it")]
    [InlineData("2026-11-26 16:00", "2026-11-30 09:45", "an INSET day and a weekend")]
    [InlineData("2027-01-19 20:00", "2027-01-21 09:45", "a snow day")]
    [InlineData("2027-03-28 01:30", "2027-04-12 09:45", "in the hour that the clocks leave out")]
    [InlineData("2027-04-30 18:00", "2027-05-04 09:45", "a bank holiday")]
    public void ACriticalAlertIsAcknowledgedByTheEndOfTheLesson(string raised, string by, string because) =>
        Check(Severity.Critical, raised, by, because, SchoolPolicy.Default, School.Calendar);

    [Theory]
    [InlineData("2026-09-07 09:00", "2026-09-07 15:15", "that day")]
    [InlineData("2026-09-07 15:14", "2026-09-07 15:29", "one minute before the last bell")]
    [InlineData("2026-09-07 15:15", "2026-09-08 15:15", "after it")]
    [InlineData("2026-09-11 14:00", "2026-09-14 15:15", "a short Friday")]
    [InlineData("2026-12-18 17:00", "2027-01-05 15:15", "the Christmas holidays and an INSET day")]
    public void TheRestIsAcknowledgedOnTheSameSchoolDay(string raised, string by, string because)
    {
        Check(Severity.High, raised, by, because, SchoolPolicy.Default, School.Calendar);
        Check(Severity.Medium, raised, by, because, SchoolPolicy.Default, School.Calendar);
        Check(Severity.Low, raised, by, because, SchoolPolicy.Default, School.Calendar);
    }

    [Theory]
    [InlineData("2026-09-07 09:00", "2026-09-07 10:00", "an hour")]
    [InlineData("2026-09-07 14:45", "2026-09-07 15:15", "never past the last bell")]
    [InlineData("2026-10-24 23:30", "2026-10-26 09:45", "the night before the clocks go back")]
    [InlineData("2026-10-25 01:30", "2026-10-26 09:45", "in the hour that comes twice")]
    [InlineData("2027-03-27 23:30", "2027-03-30 09:45", "over Easter, when the clocks go forward")]
    public void WithoutBellTimesALessonIsAnHour(string raised, string by, string because) =>
        Check(Severity.Critical, raised, by, because, SchoolPolicy.Default, School.NoCalendar);

    [Fact]
    public void BothHoursThatTheClockShowsTwiceWaitForTheSameBell()
    {
        foreach (var hour in new[] { 0, 1 })
        {
            var raised = new DateTimeOffset(2026, 10, 25, hour, 30, 0, TimeSpan.Zero);
            Assert.Equal(new DateTimeOffset(2026, 10, 26, 9, 45, 0, TimeSpan.Zero), AlertClock.AcknowledgeBy(Severity.Critical, raised, SchoolPolicy.Default, School.NoCalendar));
        }

        // Summer time again: the same bell is an hour earlier in UTC.
        Assert.Equal(
            new DateTimeOffset(2027, 3, 30, 8, 45, 0, TimeSpan.Zero),
            AlertClock.AcknowledgeBy(Severity.Critical, new DateTimeOffset(2027, 3, 28, 0, 30, 0, TimeSpan.Zero), SchoolPolicy.Default, School.NoCalendar));
    }

    [Fact]
    public void SomebodyOnCallAnswersACriticalAlertAtAnyHourAndNobodyElse()
    {
        // Real minutes, also through the hour that the clock shows twice.
        var night = new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero);
        Assert.Equal(night.AddMinutes(60), AlertClock.AcknowledgeBy(Severity.Critical, night, OnCall, School.Calendar));
        Check(Severity.High, "2026-09-07 20:00", "2026-09-08 15:15", "high waits", OnCall, School.Calendar);
        Check(Severity.Critical, "2026-09-07 09:00", "2026-09-07 09:55", "in school as ever", OnCall, School.Calendar);
        var number = PolicyFile.Read("""{"outOfHours":{"choice":"trustNumber","trustNumber":"01632 960000"}}""");
        Check(Severity.Critical, "2026-09-07 20:00", "2026-09-08 09:45", "a number is no answer", number, School.Calendar);
    }

    [Theory]
    [InlineData(30, "2026-09-07 09:00", "2026-09-07 09:30")]
    [InlineData(30, "2026-09-07 15:00", "2026-09-07 15:15")]
    [InlineData(120, "2026-09-07 20:00", "2026-09-08 10:45")]
    public void MinutesOfACriticalAlertEndWithTheSchoolDay(int minutes, string raised, string by) =>
        Check(Severity.Critical, raised, by, "", PolicyFile.Read($$$"""{"clocks":{"critical":{{{minutes}}}}}"""), School.Calendar);

    [Theory]
    [InlineData(60, "2026-09-07 15:00", "2026-09-08 09:30", "over night")]
    [InlineData(390, "2026-09-07 08:45", "2026-09-07 15:15", "a whole day")]
    [InlineData(391, "2026-09-07 08:45", "2026-09-08 08:46", "and a minute")]
    [InlineData(600, "2026-10-22 14:15", "2026-11-02 12:30", "over a half term")]
    public void MinutesOfTheRestAreMinutesOfSchoolTime(int minutes, string raised, string by, string because) =>
        Check(Severity.High, raised, by, because, PolicyFile.Read($$$"""{"clocks":{"high":{{{minutes}}}}}"""), School.Calendar);

    [Fact]
    public void NobodyWaitsForWhatIsNoConcern() =>
        Assert.Null(AlertClock.AcknowledgeBy(Severity.None, School.At(9, 7, 9), SchoolPolicy.Default, School.Calendar));

    [Fact]
    public void ACalendarWithoutASchoolDayIsNotWaitedFor()
    {
        const string Never = """{"weekdays":{"monday":null,"tuesday":null,"wednesday":null,"thursday":null,"friday":null},"terms":[{"name":"A","first":"2026-09-03","last":"2027-07-21"}]}""";
        var calendar = new SchoolCalendar(CalendarFile.Parse(Never), BankHolidays.None, School.Zone);
        Assert.Equal(School.At(9, 7, 10), AlertClock.AcknowledgeBy(Severity.Critical, School.At(9, 7, 9), SchoolPolicy.Default, calendar));
        Assert.Equal(School.At(9, 8, 9), AlertClock.AcknowledgeBy(Severity.High, School.At(9, 7, 9), SchoolPolicy.Default, calendar));
    }

    [Fact]
    public void OverAWholeYearNoClockIsShorterThanItsLeastAndNoLaterAlertIsDueEarlier()
    {
        foreach (var calendar in new[] { School.Calendar, School.NoCalendar })
        {
            foreach (var severity in new[] { Severity.Critical, Severity.High })
            {
                var last = DateTimeOffset.MinValue;
                // Every 23 minutes: every bell is met from all sides in a year.
                for (var at = School.At(9, 1, 0); at < School.At(9, 1, 0, year: 2027); at = at.AddMinutes(23))
                {
                    var by = AlertClock.AcknowledgeBy(severity, at, SchoolPolicy.Default, calendar)!.Value;
                    Assert.True(by >= at.AddMinutes(15), $"{severity} {at:u}");
                    Assert.True(by >= last, $"{severity} {at:u}");
                    Assert.True(calendar.IsOpen(by.AddMinutes(-15)), $"{severity} {at:u}: due at {by:u}");
                    last = by;
                }
            }
        }
    }

    [Fact]
    public void WhatIsLeftIsSaidByTheWallAndInSchoolTime()
    {
        var left = AlertClock.Left(School.At(9, 8, 9, 45), School.At(9, 7, 15), School.Calendar);
        Assert.Equal((new TimeSpan(18, 45, 0), TimeSpan.FromMinutes(15 + 60)), (left.Left, left.InSchool));
        var gone = AlertClock.Left(School.At(9, 7, 9), School.At(9, 7, 9, 30), School.Calendar);
        Assert.Equal((TimeSpan.FromMinutes(-30), TimeSpan.Zero), (gone.Left, gone.InSchool));
    }

    private static void Check(Severity severity, string raised, string by, string because, SchoolPolicy policy, SchoolCalendar calendar) =>
        Assert.True(AlertClock.AcknowledgeBy(severity, Local(raised), policy, calendar) == Local(by),
            $"{because}: {AlertClock.AcknowledgeBy(severity, Local(raised), policy, calendar)?.ToOffset(School.Zone.GetUtcOffset(Local(by))):yyyy-MM-dd HH:mm}");

    private static DateTimeOffset Local(string text)
    {
        var local = DateTime.ParseExact(text, "yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        return new DateTimeOffset(local, School.Zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
