using System.Text;
using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class AlertLifecycleTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    // Every step in every state: the state after it, "=" the same, "-" refused.
    private const string Drawn = """
                       new           acknowledged  in_review     escalated     handed_over   resolved
        acknowledge    acknowledged  -             -             -             -             -
        put_back       -             new           -             -             -             -
        review         in_review     in_review     -             in_review     in_review     -
        assign         =             =             =             =             =             -
        note           =             =             =             =             =             =
        escalate       escalated     escalated     escalated     -             escalated     -
        hand_over      handed_over   handed_over   handed_over   handed_over   -             -
        resolve        resolved      resolved      resolved      resolved      resolved      -
        reopen         -             -             -             -             -             new
        breached       new           -             -             =             -             -
        grown          new           new           new           new           new           -
        """;

    public static TheoryData<string, string, string?> Table()
    {
        var lines = Drawn.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var table = new TheoryData<string, string, string?>();
        foreach (var line in lines.Skip(1))
        {
            for (var i = 0; i < lines[0].Length; i++)
            {
                table.Add(line[0], lines[0][i], line[i + 1] switch { "-" => null, "=" => lines[0][i], var state => state });
            }
        }

        return table;
    }

    [Fact]
    public void TheTableHoldsEveryStepInEveryState() =>
        Assert.Equal(
            AlertSteps.All.SelectMany(step => AlertState.All.Select(state => (AlertSteps.Word(step), state))).Order(),
            Table().Select(row => ((string)row[0], (string)row[1])).Order());

    [Theory]
    [MemberData(nameof(Table))]
    public void EachStateAllowsItsStepsAndNoOther(string step, string state, string? after)
    {
        var taken = AlertSteps.All.Single(known => AlertSteps.Word(known) == step);
        Assert.Equal(after, AlertLifecycle.After(state, taken));
        if (MoveOf(taken) is not { } move)
        {
            return;
        }

        var alert = In(state);
        var before = Facts(alert);
        Assert.Equal(after is not null, AlertLifecycle.TryMove(alert, move, "D. Lead", At));
        Assert.Equal(after ?? state, alert.State);
        Assert.Equal(after is null, before == Facts(alert) && taken != AlertStep.Note);
    }

    [Theory]
    [InlineData(AlertStep.Review)]
    [InlineData(AlertStep.Escalate)]
    [InlineData(AlertStep.HandOver)]
    [InlineData(AlertStep.Acknowledge)]
    internal void WhoeverTakesAnAlertUpHasItAndTheSecondDoesNotReplaceTheFirst(AlertStep step)
    {
        var alert = new Alert();
        Assert.True(AlertLifecycle.TryMove(alert, MoveOf(step)!, "first", At));
        Assert.Equal(("first", At, At), (alert.AcknowledgedBy, alert.AcknowledgedAt, alert.ActedAt));
        var next = step == AlertStep.HandOver ? AlertStep.Review : AlertStep.HandOver;
        Assert.True(AlertLifecycle.TryMove(alert, MoveOf(next)!, "second", At.AddHours(1)));
        Assert.Equal(("first", At, At.AddHours(1)), (alert.AcknowledgedBy, alert.AcknowledgedAt, alert.ActedAt));
    }

    [Fact]
    public void GivingItToSomebodyOrWritingANoteIsNotActingOnIt()
    {
        var alert = new Alert();
        var staff = Guid.NewGuid();
        AlertLifecycle.TryMove(alert, new AlertMove.Assign(staff), "D. Lead", At);
        AlertLifecycle.TryMove(alert, new AlertMove.Note("Seen before."), "D. Lead", At);
        Assert.Equal((AlertState.New, (Guid?)staff, null, null), (alert.State, alert.AssignedTo, alert.ActedAt, alert.AcknowledgedAt));
    }

    [Fact]
    public void HandingOverKeepsTheCasesReference()
    {
        var alert = In(AlertState.InReview);
        AlertLifecycle.TryMove(alert, new AlertMove.HandOver(" C-1042 ", ""), "D. Lead", At);
        Assert.Equal((AlertState.HandedOver, "C-1042"), (alert.State, Encoding.UTF8.GetString(alert.Reference!)));
    }

    [Fact]
    public void ResolvingANewAlertLeavesNoFalseAcknowledgement()
    {
        var alert = new Alert();

        Assert.True(AlertLifecycle.TryMove(alert, new AlertMove.Resolve(Resolution.TryCreate("False-Alert", " a lesson ", out _)!), "D. Lead", At));
        Assert.Equal(("resolved", "false-alert", "a lesson", "D. Lead", At), (alert.State, alert.Outcome, Encoding.UTF8.GetString(alert.Note!), alert.ResolvedBy, alert.ResolvedAt));
        Assert.Null(alert.AcknowledgedAt);
        Assert.Equal(At, alert.ActedAt);
    }

    [Fact]
    public void WhatIsOpenedAgainIsNewAndKeepsWhomItWasGivenToAndItsCase()
    {
        var alert = In(AlertState.Resolved);
        (alert.AssignedTo, alert.Reference, alert.AcknowledgedAt, alert.AcknowledgedBy) = (Guid.NewGuid(), "C-1"u8.ToArray(), At, "D. Lead");

        Assert.True(AlertLifecycle.TryMove(alert, new AlertMove.Reopen("Again."), "D. Lead", At.AddDays(1)));

        Assert.Equal((AlertState.New, null, null, null, null), (alert.State, alert.Outcome, alert.Note, alert.ResolvedAt, alert.ResolvedBy));
        Assert.Equal((null, null, At.AddDays(1), "C-1"), (alert.AcknowledgedAt, alert.AcknowledgedBy, alert.RenewedAt, Encoding.UTF8.GetString(alert.Reference!)));
        Assert.NotNull(alert.AssignedTo);
    }

    [Fact]
    public void NothingThatTheServiceDoesClosesAnAlertOrOpensAResolvedOne()
    {
        foreach (var step in new[] { AlertStep.Breached, AlertStep.Grown })
        {
            Assert.All(AlertState.All, state => Assert.Contains(AlertLifecycle.After(state, step), new[] { null, AlertState.New, state }));
            Assert.Null(AlertLifecycle.After(AlertState.Resolved, step));
        }

        var alert = In(AlertState.Resolved);
        AlertLifecycle.Renew(alert);
        Assert.Equal(AlertState.Resolved, alert.State);
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

    private static Alert In(string state)
    {
        var alert = new Alert { State = state };
        if (state != AlertState.New)
        {
            (alert.ActedAt, alert.AcknowledgedAt, alert.AcknowledgedBy) = (At.AddHours(-1), At.AddHours(-1), "before");
        }

        if (state == AlertState.Resolved)
        {
            (alert.ResolvedAt, alert.ResolvedBy, alert.Outcome, alert.Note) = (At.AddHours(-1), "before", "concern", "x"u8.ToArray());
        }

        return alert;
    }

    private static AlertMove? MoveOf(AlertStep step) => step is AlertStep.Breached or AlertStep.Grown
        ? null
        : AlertMove.TryCreate(step, new MoveInput("Words.", "concern", "C-1", Guid.NewGuid()), out _);

    private static string Facts(Alert alert) => string.Join(
        '|', alert.State, alert.ActedAt, alert.RenewedAt, alert.AssignedTo, alert.Reference, alert.AcknowledgedAt, alert.AcknowledgedBy, alert.ResolvedAt, alert.ResolvedBy, alert.Outcome, alert.Note);
}
