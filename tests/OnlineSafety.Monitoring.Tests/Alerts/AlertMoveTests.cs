using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class AlertMoveTests
{
    [Theory]
    [InlineData(AlertStep.Assign)]
    [InlineData(AlertStep.Note)]
    [InlineData(AlertStep.Escalate)]
    [InlineData(AlertStep.HandOver)]
    [InlineData(AlertStep.Resolve)]
    [InlineData(AlertStep.Reopen)]
    internal void AStepWithoutWhatItNeedsIsNone(AlertStep step)
    {
        Assert.Null(AlertMove.TryCreate(step, new MoveInput(Note: " ", Reference: " "), out var error));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData(AlertStep.Note)]
    [InlineData(AlertStep.Escalate)]
    [InlineData(AlertStep.HandOver)]
    [InlineData(AlertStep.Resolve)]
    [InlineData(AlertStep.Reopen)]
    internal void WordsThatCannotBeStoredAreRefused(AlertStep step)
    {
        foreach (var note in new[] { "nul\0", new string('n', Resolution.LongestNote + 1) })
        {
            Assert.Null(AlertMove.TryCreate(step, new MoveInput(note, "concern", "C-1"), out _));
        }

        var longest = AlertMove.TryCreate(step, new MoveInput(" " + new string('n', Resolution.LongestNote) + " ", "concern", "C-1"), out _);
        Assert.Equal(Resolution.LongestNote, longest!.Said.Length);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("nul\0")]
    [InlineData("")]
    public void AReferenceIsOneLine(string reference)
    {
        Assert.NotNull(new AlertMove.HandOver(reference, "").Wrong);
        Assert.NotNull(new AlertMove.HandOver(new string('r', AlertMove.LongestReference + 1), "").Wrong);
        Assert.Null(new AlertMove.HandOver(new string('r', AlertMove.LongestReference), "").Wrong);
    }

    [Fact]
    public void EachStepHasWordsOfItsOwnForTheRecordAndForPeople()
    {
        Assert.Equal(Enum.GetValues<AlertStep>(), AlertSteps.All);
        Assert.Equal(AlertSteps.All.Count, AlertSteps.All.Select(AlertSteps.Word).Distinct().Count());
        Assert.Equal("handed over", AlertSteps.Done("hand_over"));
        Assert.Equal("raised", AlertSteps.Done("raised"));
    }
}
