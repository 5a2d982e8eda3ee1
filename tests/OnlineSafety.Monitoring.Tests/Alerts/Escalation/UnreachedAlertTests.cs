using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Alerts.Escalation;

public sealed class UnreachedAlertTests
{
    private static readonly StaffMember Dsl = new(Guid.NewGuid(), ["dsl"], Enabled: true);
    private static readonly StaffMember Deputy = new(Guid.NewGuid(), ["deputy"], Enabled: true);
    private static readonly StaffMember Head = new(Guid.NewGuid(), ["head"], Enabled: true);
    private static readonly StaffMember[] Staff = [Dsl, Deputy, Head];
    private static readonly PolicyInForce Default = new(SchoolPolicy.Default, new SchoolCalendar(file: null, BankHolidays.None, TimeZoneInfo.Utc), 0);

    private static UnreachedAlert Alert(string state, DateTimeOffset? actedAt, Guid[] told, params Guid[] spent) =>
        new(Guid.NewGuid(), new AlertFacts("dsl", Audience.Routed, null, Severity.High, ["self-harm"], []), state, actedAt, told.ToHashSet(), spent.ToHashSet());

    [Theory]
    [InlineData(AlertState.New, NotifyCause.Raised, 0, true)]
    [InlineData(AlertState.New, NotifyCause.Unanswered, 5, true)]
    [InlineData(AlertState.Acknowledged, NotifyCause.Raised, 0, false)]
    [InlineData(AlertState.Escalated, NotifyCause.Escalated, 0, true)]
    [InlineData(AlertState.InReview, NotifyCause.Escalated, 5, false)]
    [InlineData(AlertState.Acknowledged, NotifyCause.Assigned, -60, true)]
    [InlineData(AlertState.InReview, NotifyCause.Assigned, 5, false)]
    [InlineData(AlertState.Escalated, NotifyCause.Unreached, -60, true)]
    [InlineData(AlertState.Resolved, NotifyCause.Escalated, -60, false)]
    public void WhatAColleagueHandedOnIsWaitedForUntilSomebodyActsOnItSince(string state, string cause, int actedMinutes, bool waits)
    {
        var alert = Alert(state, state == AlertState.New ? null : Some.Time.AddMinutes(actedMinutes), [Head.Id], Head.Id);

        Assert.Equal(waits, alert.Waits(new LostMessage(alert.Alert, Head.Id, cause, Some.Time)));
    }

    /// <summary>Nobody stands in for whoever has left, but a colleague who handed it on believes that somebody has it.</summary>
    [Theory]
    [InlineData(AlertState.New, NotifyCause.Raised, false)]
    [InlineData(AlertState.Escalated, NotifyCause.Escalated, true)]
    public void WhatWasDroppedBecauseItsRecipientHasLeftIsWaitedForOnlyWhereItWasHandedOn(string state, string cause, bool waits)
    {
        var alert = Alert(state, state == AlertState.New ? null : Some.Time, [Dsl.Id]);

        Assert.Equal(waits, alert.Waits(new LostMessage(alert.Alert, Head.Id, cause, Some.Time, Dropped: true)));
    }

    [Fact]
    public void WhenEverybodyKnowsThoseWhoPutItAsideAreToldThatNobodyHasIt()
    {
        Guid[] all = [Dsl.Id, Deputy.Id, Head.Id];
        Assert.Equal([Head.Id], Alert(AlertState.Acknowledged, Some.Time, [Dsl.Id, Deputy.Id], Deputy.Id).Instead(Default, Staff));
        Assert.Equal([Dsl.Id, Deputy.Id], Alert(AlertState.Escalated, Some.Time, all, Head.Id).Instead(Default, Staff));
        // Not again and again: whoever stands in already, or cannot be reached either, is left out.
        Assert.Equal([Deputy.Id], Alert(AlertState.Escalated, Some.Time, all, Head.Id, Dsl.Id).Instead(Default, Staff));
        Assert.Empty(Alert(AlertState.Escalated, Some.Time, all, all).Instead(Default, Staff));
        // While nobody has answered they are asked by its rounds.
        Assert.Empty(Alert(AlertState.New, null, all, Head.Id).Instead(Default, Staff));
    }
}
