using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class RetentionClocksTests
{
    private static readonly RetentionClocks Default = SchoolPolicy.Default.Retention;

    [Fact]
    public void ASchoolThatDecidedNothingKeepsTheLogAMonthAndCasesUntilTheTwentyFifthBirthday() =>
        Assert.Equal((30, 25, 22, 730), (Default.RawLogDays, Default.CasesYearsAfterBirth, Default.CasesYearsAfterClosing, Default.AccessRecordsDays));

    [Fact]
    public void ASchoolWritesOnlyWhatItDecided()
    {
        var clocks = PolicyFile.Read("""{"retention": {"rawLogDays": 60}}""").Retention;

        Assert.Equal(Default with { RawLogDays = 60 }, clocks);
    }

    [Theory]
    [InlineData("""{"retention": {"rawLogDays": 6}}""", "$.retention.rawLogDays: write days of the intake log, a whole number from 7 to 366.")]
    [InlineData("""{"retention": {"rawLogDays": "30"}}""", "$.retention.rawLogDays: write days of the intake log, a whole number from 7 to 366.")]
    [InlineData("""{"retention": {"accessRecordsDays": 179}}""", "$.retention.accessRecordsDays: write days of access records, a whole number from 180 to 36600.")]
    [InlineData("""{"retention": {"logDays": 30}}""", "$.retention.logDays: is not known.")]
    [InlineData("""{"retention": {"rawLogDays": 200, "eventsDays": 100}}""", "$.retention.eventsDays: eventsDays is 100 and shorter than rawLogDays, which is 200. Make it 200 at least.")]
    [InlineData("""{"retention": {"rawLogDays": 366}}""", "$.retention: dismissedDays is 365 and shorter than rawLogDays, which is 366.")]
    [InlineData("""{"retention": 30}""", "$.retention: write an object here")]
    public void AnErrorNamesItsPath(string json, string error) =>
        Assert.Contains(Assert.Throws<PolicyException>(() => PolicyFile.Read(json)).Errors, e => e.StartsWith(error, StringComparison.Ordinal));

    [Fact]
    public void EveryErrorIsToldAtOnce() =>
        Assert.Equal(2, Assert.Throws<PolicyException>(() => PolicyFile.Read("""{"retention": {"rawLogDays": 0, "mostPercent": 101}}""")).Errors.Count);
}
