using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Alerts.Escalation;

/// <summary>What a colleague put before the next desk, and nobody there has taken on in time.</summary>
public sealed class HandedOnRoundTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly StaffMember[] Staff = [.. new[] { "dsl", "deputy", "head", "chair", "trust", "digest" }.Select(role => new StaffMember(Guid.NewGuid(), [role], Enabled: true))];

    private static readonly PolicyInForce Default = new(
        SchoolPolicy.Default with { Trust = ["t@trust.example"], Named = new Dictionary<string, Guid> { ["t@trust.example"] = Of("trust")[0] } },
        new SchoolCalendar(file: null, BankHolidays.None, London), 0);

    // A Wednesday; the usual bells are 08:45 and 15:15.
    private static readonly DateTimeOffset Ten = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Noon = Ten.AddHours(2);

    private static Guid[] Of(string roles) => [.. roles.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(role => Staff.Single(member => member.Roles[0] == role).Id)];

    private static string Roles(IEnumerable<Guid> told) => string.Join(' ', told.Select(id => Staff.Single(member => member.Id == id).Roles[0]).Order(StringComparer.Ordinal));

    private static UnansweredAlert Alert(string asked, int round = 0, string route = "dsl", Guid? subject = null, PersonRole role = PersonRole.Pupil) =>
        new(Guid.NewGuid(), new AlertFacts(route, Audience.Routed, subject, Severity.Critical, ["self-harm"], []) { SubjectRole = role }, Ten, null, round, round)
        {
            Asked = Of(asked),
            PlanSteps = 1,
        };

    [Fact]
    public void ItsClockIsThatOfANewAlertFromThenOn()
    {
        var before = EscalationRound.Of(Alert("head"), Ten.AddMinutes(59), Default, Staff);

        Assert.Equal(Ten.AddHours(1), before.AnswerBy);
        Assert.False(before.Breach || before.Steps);
        var after = EscalationRound.Of(Alert("head"), Ten.AddHours(1), Default, Staff);
        Assert.True(after is { Breach: true, Steps: true, StepsDone: 1, Rounds: 1 });
        Assert.Equal((NotifyCause.Unanswered, Ten.AddMinutes(90)), (after.Cause, after.NextAt));
    }

    [Theory]
    [InlineData("head", 0, "head trust")]
    [InlineData("head", 1, "deputy dsl head trust")]
    [InlineData("head", 4, "deputy dsl head trust")]
    [InlineData("trust", 0, "head trust")]
    [InlineData("head trust", 0, "deputy dsl head trust")]
    [InlineData("", 0, "head")]
    public void WhoWasAskedIsAskedAgainAndTheNextDeskWithThemAndLastWhoeverPutItThere(string asked, int round, string told) =>
        Assert.Equal(told, Roles(EscalationRound.Of(Alert(asked, round), Noon, Default, Staff).Tell));

    [Fact]
    public void AfterFiveRoundsNobodyIsToldAgainAndNothingEndsIt()
    {
        Assert.Null(EscalationRound.Of(Alert("head", 4), Noon, Default, Staff).NextAt);
        var over = EscalationRound.Of(Alert("head", 5), Noon, Default, Staff);
        Assert.Equal((false, 5, 5), (over.Steps, over.StepsDone, over.Rounds));
    }

    /// <summary>Escalation of a new alert was at its fifth step of three a round when a colleague took it further.</summary>
    [Fact]
    public void RoundsThatWentByBeforeCountForNothing()
    {
        var round = EscalationRound.Of(Alert("head") with { PlanSteps = 3 }, Noon, Default, Staff);

        Assert.Equal((1, 1, 1), (round.StepsDone, round.Rounds, round.PlanSteps));
    }

    [Fact]
    public void WhoeverCannotBeReachedOrHasLeftIsNotAskedOverAndOver()
    {
        Assert.Equal("trust", Roles(EscalationRound.Of(Alert("head") with { Unreachable = Of("head") }, Noon, Default, Staff).Tell));
        var left = Staff.Select(member => member.HasAny("head") ? member with { Enabled = false } : member).ToArray();
        Assert.Equal("trust", Roles(EscalationRound.Of(Alert("head"), Noon, Default, left).Tell));
    }

    /// <summary>It was found out since whom it is about: one of those who were asked.</summary>
    [Theory]
    [InlineData("chair", "head", "head", "trust")]
    [InlineData("head", "dsl", "dsl head", "chair head")]
    public void NobodyIsToldWhatIsAboutThemselvesInAnyRound(string route, string subject, string asked, string told)
    {
        for (var round = 0; round < 5; round++)
        {
            var tell = EscalationRound.Of(Alert(asked, round, route, Of(subject)[0], PersonRole.Staff), Noon, Default, Staff).Tell;

            Assert.NotEmpty(tell);
            Assert.DoesNotContain(Of(subject)[0], tell);
            Assert.DoesNotContain(tell, id => Of("deputy").Contains(id));
            if (round == 0)
            {
                Assert.Equal(told, Roles(tell));
            }
        }
    }

    [Fact]
    public void OutOfHoursWhoeverIsOnCallIsToldToo()
    {
        var onCall = Default with { Policy = Default.Policy with { OutOfHours = new OutOfHours(OutOfHoursChoice.OnCall, ["deputy"], "") } };

        Assert.Equal("deputy head trust", Roles(EscalationRound.Of(Alert("head"), Ten.AddHours(10), onCall, Staff).Tell));
    }
}
