using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class CaseClockTests
{
    private static readonly RetentionClocks Clocks = SchoolPolicy.Default.Retention;
    private static readonly DateTimeOffset Closed = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("concern", "2012-05-03", "2037-05-03")]
    [InlineData("low-level-concern", "2012-05-03", "2037-05-03")]
    [InlineData("insufficient-information", null, "2048-11-25")]
    [InlineData("concern", null, "2048-11-25")]
    [InlineData("false-alert", "2012-05-03", "2027-11-25")]
    [InlineData("benign-curriculum", null, "2027-11-25")]
    [InlineData("duplicate", null, "2027-11-25")]
    [InlineData("test", null, "2027-11-25")]
    // Closed just before the birthday: not sooner than what was no concern.
    [InlineData("concern", "2001-11-26", "2027-11-25")]
    // Long past it: of no pupil, or mistyped.
    [InlineData("concern", "2001-11-24", "2048-11-25")]
    [InlineData("concern", "1920-01-01", "2048-11-25")]
    [InlineData("concern", "1900-01-01", "2048-11-25")]
    // Born on a leap day: 25 years later there is none.
    [InlineData("concern", "2012-02-29", "2037-02-28")]
    public void AnAlertFallsByItsOutcomeAndByTheBirthOfItsPerson(string outcome, string? born, string falls)
    {
        var alert = new ClosedAlert(Guid.Empty, 1, Closed, outcome, "user:x", Drill: false, Held: false);

        Assert.Equal(DateOnly.Parse(falls, null), DateOnly.FromDateTime(CaseClock.FallsAt(alert, born is null ? null : DateOnly.Parse(born, null), Clocks).UtcDateTime));
    }

    [Fact]
    public void ADrillIsNoCaseWhateverItsOutcome() =>
        Assert.Equal(Closed.AddDays(365), CaseClock.FallsAt(new ClosedAlert(Guid.Empty, 1, Closed, "concern", null, Drill: true, Held: false), null, Clocks));
}
