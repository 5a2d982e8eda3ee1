using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Alerts;

/// <summary>What becomes of an alert when its events are read again.</summary>
public sealed class AlertRevisionTests
{
    [Fact]
    public void AMilderReadingLowersNothingAndTellsNobody()
    {
        var alert = Raise(Candidate());
        var revision = Revise(alert, Candidate() with { Severity = Severity.None, Theme = "none" });
        Assert.Equal(((short)Severity.High, "suicide", (string?)null), (alert.Severity, alert.Theme, revision.Cause));
        Assert.Equal(["suicide"], alert.Themes);
    }

    [Theory]
    [InlineData(AlertState.Acknowledged)]
    [InlineData(AlertState.InReview)]
    [InlineData(AlertState.Escalated)]
    [InlineData(AlertState.HandedOver)]
    public void AGraverReadingTellsPeopleAgainOnceAndAsksForANewAnswer(string state)
    {
        var alert = Raise(Candidate());
        alert.State = state;
        Assert.Null(Revise(alert, Candidate()).Cause);
        Assert.Equal(state, alert.State);
        var revision = Revise(alert, Candidate() with { Severity = Severity.Critical });
        Assert.Equal((NotifyCause.Severity, state), (revision.Cause, revision.From));
        Assert.Equal((AlertState.New, 1), (alert.State, alert.EventCount));
        Assert.Null(Revise(alert, Candidate() with { Severity = Severity.Critical }).Cause);
    }

    [Fact]
    public void AnAlertAboutNobodyIsAboutTheOneWhoIsFound()
    {
        var alert = Raise(Candidate() with { SubjectKey = null, NeedsReview = true });
        var revision = Revise(alert, Candidate());
        Assert.Equal(("user:ada", false, (string?)null), (alert.SubjectKey, alert.NeedsReview, revision.Cause));
    }

    [Fact]
    public void AnAlertOfOneEventGoesToTheDeskOfItsPersonAndQuotesNothingElse()
    {
        var alert = Raise(Candidate() with { SubjectKey = null });
        var staff = Guid.NewGuid();
        var revision = Revise(alert, Staff(staff));
        Assert.True(revision.Moved);
        Assert.Equal((AlertRoute.Head, (Guid?)staff, NotifyCause.Route), (alert.Route, alert.SubjectStaff, revision.Cause));
        Assert.Equal("new"u8.ToArray(), alert.Reasons);
    }

    [Fact]
    public void AnEventOfAnotherDeskLeavesAnAlertThatHoldsMore()
    {
        var alert = Raise(Candidate());
        var revision = AlertRevision<int>.Of(alert, [new(1, Staff(Guid.NewGuid()))], new OtherEvents(2, ["user:ada"], Unread: false));
        Assert.Equal((false, true, 2, AlertRoute.Dsl), (revision.Moved, revision.NeedsReasons, alert.EventCount, alert.Route));
        Assert.Equal(1, Assert.Single(revision.Leave).Key);
        Assert.Empty(revision.Stay);
    }

    [Fact]
    public void WhatIsGraverThanWhatWasResolvedIsAnAlertOfItsOwn()
    {
        var alert = Raise(Candidate());
        alert.State = AlertState.Resolved;
        Assert.Single(Revise(alert, Candidate() with { Severity = Severity.Critical }).Leave);
        Assert.Single(Revise(alert, Candidate()).Stay);
        Assert.Equal((short)Severity.High, alert.Severity);
    }

    [Fact]
    public void AResolvedAlertGoesToTheRightDeskAndItsEventsAreQueuedThere()
    {
        var alert = Raise(Candidate());
        alert.State = AlertState.Resolved;
        var revision = Revise(alert, Staff(Guid.NewGuid()));
        Assert.Equal((true, AlertRoute.Head, (string?)null), (revision.Moved, alert.Route, revision.Cause));
        Assert.Single(revision.Leave);
    }

    private static AlertRevision<int> Revise(Alert alert, AlertCandidate reading) => AlertRevision<int>.Of(alert, [new(0, reading)], OtherEvents.None);

    private static AlertCandidate Staff(Guid staff) => Candidate() with
    {
        Route = AlertRoute.Head, SubjectStaff = staff, SubjectRole = PersonRole.Staff, SubjectKey = "user:cook", Reasons = "new"u8.ToArray(),
    };

    private static Alert Raise(AlertCandidate candidate) => AlertGrouping.Raise(candidate, Guid.NewGuid(), Guid.NewGuid(), Some.Time);

    private static AlertCandidate Candidate() => new()
    {
        ReceivedAt = Some.Time, Severity = Severity.High, Risk = Risk.Content, Theme = "suicide", ParentTheme = "suicide", Audience = Audience.Routed, Route = AlertRoute.Dsl,
        SubjectKey = "user:ada", SubjectRole = PersonRole.Pupil, SubjectStaff = null, Source = Guid.NewGuid(), Vendor = "unknown", NeedsReview = false,
        Reasons = "old"u8.ToArray(),
    };
}
