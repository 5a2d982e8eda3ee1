using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class AlertLifecycleTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("new", true, true)]
    [InlineData("acknowledged", false, true)]
    [InlineData("resolved", false, false)]
    public void EachStateAllowsItsSteps(string state, bool acknowledge, bool resolve)
    {
        Assert.Equal(acknowledge, AlertLifecycle.Allows(state, AlertStep.Acknowledge));
        Assert.Equal(resolve, AlertLifecycle.Allows(state, AlertStep.Resolve));
    }

    [Fact]
    public void AcknowledgingSaysWhoAndWhen()
    {
        var alert = new Alert();

        Assert.True(AlertLifecycle.TryAcknowledge(alert, "D. Lead", At));
        Assert.Equal(("acknowledged", "D. Lead", At), (alert.State, alert.AcknowledgedBy, alert.AcknowledgedAt));
    }

    [Fact]
    public void ASecondAcknowledgementDoesNotReplaceTheFirst()
    {
        var alert = new Alert();
        AlertLifecycle.TryAcknowledge(alert, "first", At);

        Assert.False(AlertLifecycle.TryAcknowledge(alert, "second", At.AddHours(1)));
        Assert.Equal(("first", At), (alert.AcknowledgedBy, alert.AcknowledgedAt));
    }

    [Fact]
    public void ResolvingANewAlertLeavesNoFalseAcknowledgement()
    {
        var alert = new Alert();

        Assert.True(AlertLifecycle.TryResolve(alert, Resolution.TryCreate("False-Alert", " a lesson ", out _)!, "D. Lead", At));
        Assert.Equal(("resolved", "false-alert", "a lesson", "D. Lead", At), (alert.State, alert.Outcome, alert.Note, alert.ResolvedBy, alert.ResolvedAt));
        Assert.Null(alert.AcknowledgedAt);
    }

    [Theory]
    [InlineData(null, "note")]
    [InlineData("nothing", "note")]
    [InlineData("concern", null)]
    [InlineData("concern", "   ")]
    [InlineData("concern", "nul\0")]
    public void AResolutionNeedsAnOutcomeAndANote(string? outcome, string? note)
    {
        Assert.Null(Resolution.TryCreate(outcome, note, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void ANoteHasALimit()
    {
        Assert.NotNull(Resolution.TryCreate("concern", new string('n', Resolution.LongestNote), out _));
        Assert.Null(Resolution.TryCreate("concern", new string('n', Resolution.LongestNote + 1), out _));
    }
}
