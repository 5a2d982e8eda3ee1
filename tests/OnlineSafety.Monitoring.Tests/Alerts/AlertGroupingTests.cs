using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class AlertGroupingTests
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(2);

    [Theory]
    [InlineData(0, true)]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(-120, true)]
    [InlineData(-121, false)]
    public void TheWindowRollsBothWays(int minutes, bool joins)
    {
        var alert = Raise(Candidate());
        Assert.Equal(joins, AlertGrouping.Joins(alert, Candidate() with { ReceivedAt = Some.Time.AddMinutes(minutes) }, Window));
    }

    [Fact]
    public void ALongBurstStaysOneAlertBecauseTheWindowRolls()
    {
        var alert = Raise(Candidate());
        for (var i = 1; i <= 5; i++)
        {
            var next = Candidate() with { ReceivedAt = Some.Time.AddMinutes(100 * i) };
            Assert.True(AlertGrouping.Joins(alert, next, Window));
            AlertGrouping.Grow(alert, next);
        }

        Assert.Equal(6, alert.EventCount);
    }

    [Fact]
    public void WhatHasNoKeyIsNeverGrouped()
    {
        var nobody = Candidate() with { SubjectKey = null };
        Assert.False(AlertGrouping.Joins(Raise(nobody), nobody, Window));
    }

    [Fact]
    public void CopiesOfWhatNobodyIsNamedInJoinOnlyWhileNobodyTookTheAlert()
    {
        var copy = Candidate() with { SubjectKey = AlertCohort.KeyOfCopies("hash", Audience.Routed) };
        var alert = Raise(copy);
        Assert.True(AlertGrouping.Joins(alert, copy, Window));
        alert.State = AlertState.Acknowledged;
        Assert.False(AlertGrouping.Joins(alert, copy, Window));
    }

    [Theory]
    [InlineData("device:pc-lab-03", AlertState.Acknowledged)]
    [InlineData("device:pc-lab-03", AlertState.InReview)]
    [InlineData("address:192.0.2.7", AlertState.Escalated)]
    [InlineData("address:192.0.2.7", AlertState.HandedOver)]
    public void WhatIsHighAtADeviceOrAnAddressDoesNotJoinWhatSomebodyHasInHand(string subject, string state)
    {
        var alert = Raise(Candidate() with { Subject = subject });
        Assert.True(AlertGrouping.Joins(alert, Candidate() with { Subject = subject }, Window));
        Hand(alert, state);
        Assert.False(AlertGrouping.Joins(alert, Candidate() with { Subject = subject }, Window));
        Assert.False(AlertGrouping.Joins(alert, Candidate(Severity.Critical) with { Subject = subject }, Window));
        // Nobody is told at once of what is medium, in an alert of its own neither.
        Assert.True(AlertGrouping.Joins(alert, Candidate(Severity.Medium) with { Subject = subject }, Window));
    }

    [Fact]
    public void AnAccountIsOnePersonWhoeverHasItsAlertInHand()
    {
        var own = Candidate() with { Subject = "user:j.example" };
        var alert = Raise(own);
        Hand(alert, AlertState.Acknowledged);
        Assert.True(AlertGrouping.Joins(alert, own, Window));
    }

    [Fact]
    public void AResolvedAlertTakesNothingMore()
    {
        var alert = Raise(Candidate());
        alert.State = AlertState.Resolved;
        Assert.False(AlertGrouping.Joins(alert, Candidate(), Window));
    }

    [Fact]
    public void AnotherDeskIsAnotherAlert()
    {
        Assert.False(AlertGrouping.Joins(Raise(Candidate()), Candidate() with { Route = AlertRoute.Head }, Window));
        Assert.False(AlertGrouping.Joins(Raise(Candidate()), Candidate() with { SubjectStaff = Guid.NewGuid() }, Window));
    }

    [Fact]
    public void AnUnassignedSourceAddsNoVendor()
    {
        var alert = Raise(Candidate() with { Vendor = "" });
        Assert.Empty(alert.Vendors);
        AlertGrouping.Grow(alert, Candidate() with { Vendor = "senso" });
        AlertGrouping.Grow(alert, Candidate() with { Vendor = "" });

        Assert.Equal(["senso"], alert.Vendors);
    }

    [Fact]
    public void SeverityOnlyEverRises()
    {
        var alert = Raise(Candidate(Severity.High));
        AlertGrouping.Grow(alert, Candidate(Severity.Medium));
        Assert.Equal((short)Severity.High, alert.Severity);
        AlertGrouping.Grow(alert, Candidate(Severity.Critical) with { Theme = "suicide", ParentTheme = "suicide", Reasons = [1] });
        Assert.Equal(((short)Severity.Critical, "suicide", (byte)1), (alert.Severity, alert.Theme, alert.Reasons[0]));
        AlertGrouping.Grow(alert, Candidate(Severity.Low));
        Assert.Equal(((short)Severity.Critical, "suicide"), (alert.Severity, alert.Theme));
    }

    [Theory]
    [InlineData(Severity.Medium, "violence", null)]
    [InlineData(Severity.High, "violence", null)]
    [InlineData(Severity.High, "drugs", NotifyCause.Theme)]
    [InlineData(Severity.Medium, "drugs", NotifyCause.Theme)]
    [InlineData(Severity.Low, "drugs", null)]
    [InlineData(Severity.Critical, "violence", NotifyCause.Severity)]
    internal void ANewThemeOrAHigherSeverityTellsPeopleAgain(Severity severity, string theme, string? cause)
    {
        var alert = Raise(Candidate(Severity.High));
        Assert.Equal(cause, AlertGrouping.Grow(alert, Candidate(severity) with { Theme = theme }));
    }

    [Theory]
    [InlineData(AlertState.Acknowledged)]
    [InlineData(AlertState.InReview)]
    [InlineData(AlertState.Escalated)]
    [InlineData(AlertState.HandedOver)]
    public void GroupingNeverMutesACriticalEventOnceSomebodyHasTheAlert(string state)
    {
        var alert = Raise(Candidate(Severity.Critical));
        Assert.Null(AlertGrouping.Grow(alert, Candidate(Severity.Critical)));
        Hand(alert, state);
        Assert.Equal(NotifyCause.CriticalAgain, AlertGrouping.Grow(alert, Candidate(Severity.Critical)));
        Assert.Equal((AlertState.New, null, "C-1"), (alert.State, alert.AcknowledgedBy, Encoding.UTF8.GetString(alert.Reference!)));
    }

    [Theory]
    [InlineData(AlertState.Acknowledged)]
    [InlineData(AlertState.InReview)]
    [InlineData(AlertState.Escalated)]
    [InlineData(AlertState.HandedOver)]
    public void WhatIsGraverOrNewAsksForANewAnswerAndMoreOfTheSameDoesNot(string state)
    {
        var alert = Raise(Candidate());
        Hand(alert, state);
        Assert.Null(AlertGrouping.Grow(alert, Candidate()));
        Assert.Equal((state, "somebody"), (alert.State, alert.AcknowledgedBy));
        Assert.Equal(NotifyCause.Theme, AlertGrouping.Grow(alert, Candidate() with { Theme = "drugs" }));
        Assert.Equal(AlertState.New, alert.State);
        Hand(alert, state);
        Assert.Equal(NotifyCause.Severity, AlertGrouping.Grow(alert, Candidate(Severity.Critical)));
        Assert.Equal((AlertState.New, null), (alert.State, alert.AcknowledgedAt));
    }

    [Theory]
    [InlineData(14, Severity.Critical, null)]
    [InlineData(15, Severity.Critical, NotifyCause.CriticalAgain)]
    [InlineData(15, Severity.High, null)]
    internal void WhileNobodyHasAnsweredAFurtherCriticalEventTellsAgainAfterAQuarterOfAnHourOfQuiet(int minutes, Severity severity, string? cause)
    {
        var alert = Raise(Candidate(Severity.Critical));

        Assert.Equal(cause, AlertGrouping.Grow(alert, Candidate(severity) with { ReceivedAt = Some.Time.AddMinutes(minutes) }));
        // Quiet is counted from the last event, not from the first.
        Assert.Null(AlertGrouping.Grow(alert, Candidate(Severity.Critical) with { ReceivedAt = Some.Time.AddMinutes(minutes + 1) }));
    }

    private static void Hand(Alert alert, string state) =>
        (alert.State, alert.AcknowledgedAt, alert.AcknowledgedBy, alert.Reference) = (state, Some.Time, "somebody", "C-1"u8.ToArray());

    [Fact]
    public void HelpSeekingKeepsItsNarrowAudienceInAnyCompany()
    {
        var alert = Raise(Candidate());
        AlertGrouping.Grow(alert, Candidate() with { Audience = Audience.DslOnly });
        AlertGrouping.Grow(alert, Candidate());
        Assert.Equal((short)Audience.DslOnly, alert.Audience);
    }

    [Fact]
    public void WhatTheLawDemandsOfALaterThemeIsNotLostBehindAnEarlierOne()
    {
        var alert = Raise(Candidate() with { Theme = "suicide" });
        AlertGrouping.Grow(alert, Candidate() with { Theme = "csam" });
        AlertGrouping.Grow(alert, Candidate(Severity.Medium) with { Theme = "csam" });
        Assert.Equal("suicide@high csam@high", alert.Marks);
    }

    [Theory]
    [InlineData(Severity.Medium, false, false)]
    [InlineData(Severity.High, false, true)]
    [InlineData(Severity.Critical, false, true)]
    [InlineData(Severity.Medium, true, true)]
    internal void HighAndCriticalAndWhatNeedsReviewAreToldAtOnce(Severity severity, bool review, bool told) =>
        Assert.Equal(told, AlertGrouping.CauseOf(Candidate(severity) with { NeedsReview = review }) is not null);

    [Fact]
    public void WhatMustNotBeDoneAboutAThemeStaysWhateverElseTheAlertIsAbout()
    {
        var alert = Raise(Candidate());
        AlertGrouping.Grow(alert, Candidate(Severity.Critical) with { Theme = "csam" });
        AlertGrouping.Grow(alert, Candidate(Severity.Medium) with { Theme = "extremism" });
        AlertGrouping.Grow(alert, Candidate());

        Assert.Equal("csam@critical violence@high extremism@medium", alert.Marks);
    }

    private static Alert Raise(AlertCandidate candidate) => AlertGrouping.Raise(candidate, Guid.NewGuid(), Guid.NewGuid(), Some.Time);

    private static AlertCandidate Candidate(Severity severity = Severity.High) => new()
    {
        ReceivedAt = Some.Time,
        Severity = severity,
        Risk = Risk.Content,
        Theme = "violence",
        ParentTheme = "violence",
        Audience = Audience.Routed,
        Route = AlertRoute.Dsl,
        SubjectKey = "user:j.example",
        SubjectRole = PersonRole.Pupil,
        SubjectStaff = null,
        Source = Guid.Empty,
        Vendor = "protex",
        NeedsReview = false,
        Reasons = [0],
    };
}
