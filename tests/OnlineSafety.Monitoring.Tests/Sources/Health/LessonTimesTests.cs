using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

public sealed class LessonTimesTests
{
    [Fact]
    public void LessonsAreThoseOfTheWeekday()
    {
        Assert.Equal((School.At(9, 7, 8, 55), School.At(9, 7, 9, 55)), School.Calendar.Lessons(new DateOnly(2026, 9, 7))[0]);
        Assert.Equal((School.At(9, 11, 12, 40), School.At(9, 11, 14)), School.Calendar.Lessons(new DateOnly(2026, 9, 11))[^1]);
        Assert.Empty(School.Calendar.Lessons(new DateOnly(2026, 9, 12)));
        Assert.Empty(School.Calendar.Lessons(new DateOnly(2026, 10, 28)));
        Assert.Empty(School.NoCalendar.Lessons(new DateOnly(2026, 9, 7)));
    }

    [Fact]
    public void WithoutLessonsACalendarIsReadAsBefore() =>
        Assert.Empty(Parse("").LessonsOf(DayOfWeek.Monday));

    [Theory]
    [InlineData("""["09:00-10:00"]""", "is not an object")]
    [InlineData("""{"usual":"09:00-10:00"}""", "lessons.usual is not a list")]
    [InlineData("""{"usual":["9:00-10:00"]}""", "lessons.usual[0]: \"9:00-10:00\" is not a lesson")]
    [InlineData("""{"usual":["10:00-09:00"]}""", "is not a lesson")]
    [InlineData("""{"usual":["25:00-26:00"]}""", "is not a lesson")]
    [InlineData("""{"usual":["09:00-10:00","09:59-11:00"]}""", "lessons.usual[1] begins before")]
    [InlineData("""{"usual":["08:00-09:00"]}""", "lessons.usual[0] lies outside the hours of monday, 08:45 to 15:15. Give monday lessons of its own.")]
    [InlineData("""{"monday":["14:30-15:16"]}""", "lessons.monday[0] lies outside that day's hours")]
    [InlineData("""{"saturday":["09:00-10:00"]}""", "lessons.saturday: there is no school on that day")]
    [InlineData("""{"Monday":["09:00-10:00"]}""", "neither usual nor a weekday")]
    [InlineData("""{"0":["09:00-10:00"]}""", "neither usual nor a weekday")]
    public void WrongLessonsSayWhatIsWrong(string lessons, string because) =>
        Assert.Contains(because, Assert.Throws<SetupException>(() => Parse($"\"lessons\":{lessons},")).Message, StringComparison.Ordinal);

    private static CalendarFile Parse(string lessons) =>
        CalendarFile.Parse("{" + lessons + """ "terms":[{"name":"A","first":"2026-09-03","last":"2026-12-01"}]}""");
}
