using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Alerts.Escalation;

public sealed class EscalationRoundTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private static readonly SchoolCalendar Calendar = new(file: null, BankHolidays.None, London);
    private static readonly PolicyInForce Default = new(SchoolPolicy.Default, Calendar, 0);

    private static readonly StaffMember Dsl = Member("dsl");
    private static readonly StaffMember Deputy = Member("deputy");
    private static readonly StaffMember Head = Member("head");
    private static readonly StaffMember Chair = Member("chair");
    private static readonly StaffMember Governor = Member("digest");
    private static readonly StaffMember Technician = Member("it");
    private static readonly StaffMember[] Staff = [Dsl, Deputy, Head, Chair, Governor, Technician];

    // A Wednesday; the usual bells are 08:45 and 15:15.
    private static readonly DateTimeOffset Ten = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    private static StaffMember Member(params string[] roles) => new(Guid.NewGuid(), roles, Enabled: true);

    private static AlertFacts About(Severity severity, string route = "dsl", Guid? subject = null, Audience audience = Audience.Routed) =>
        new(route, audience, subject, severity, ["self-harm"], []);

    private static UnansweredAlert Alert(Severity severity = Severity.Critical, int steps = 0, int rounds = 0) =>
        new(Guid.NewGuid(), About(severity), Ten, null, steps, rounds);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(Severity.Critical, "2026-11-25T10:59:59Z", false)]
    [InlineData(Severity.Critical, "2026-11-25T11:00:00Z", true)]
    [InlineData(Severity.High, "2026-11-25T15:14:59Z", false)]
    [InlineData(Severity.High, "2026-11-25T15:15:00Z", true)]
    [InlineData(Severity.Low, "2026-11-25T15:15:00Z", true)]
    public void AnAlertIsBreachedWhenItsClockRunsOutAndNotBefore(Severity severity, string now, bool breached)
    {
        var round = EscalationRound.Of(Alert(severity), At(now), Default, Staff);

        Assert.Equal(breached, round.Breach);
        Assert.Equal(breached, round.Steps);
        Assert.Equal(breached ? [Dsl.Id, Deputy.Id] : [], round.Tell);
    }

    [Fact]
    public void UntilThenItIsLookedAtAgainWithinAnHourBecauseACalendarMayChange()
    {
        var round = EscalationRound.Of(Alert(Severity.High), Ten, Default, Staff);

        Assert.Equal(At("2026-11-25T15:15:00Z"), round.AnswerBy);
        Assert.Equal(Ten + EscalationRound.LookAgain, round.NextAt);
    }

    // Steps of the default plan: DSL and deputies at once, the head after 15 minutes, the trust (here nobody, so the first desk again) after 30; five rounds, 30 minutes apart.
    [Theory]
    [InlineData(0, 0, true, 15)]
    [InlineData(1, 1, false, 15)]
    [InlineData(2, 1, false, 30)]
    [InlineData(3, 1, true, 15)]
    [InlineData(12, 4, true, 15)]
    [InlineData(13, 5, false, 15)]
    [InlineData(14, 5, false, null)]
    public void StepsFollowEachOtherThroughFiveRoundsAndThenNobodyIsToldAgain(int steps, int rounds, bool breach, int? minutes)
    {
        var now = At("2026-11-25T11:00:00Z");
        var round = EscalationRound.Of(Alert(steps: steps, rounds: rounds), now, Default, Staff);

        Assert.True(round.Steps);
        Assert.Equal(breach, round.Breach);
        Assert.Equal(steps + 1, round.StepsDone);
        Assert.Equal((steps / 3) + 1, round.Rounds);
        Assert.Equal(steps % 3 == 1 ? [Head.Id] : [Dsl.Id, Deputy.Id], round.Tell);
        Assert.Equal(minutes is { } m ? now.AddMinutes(m) : null, round.NextAt);
    }

    [Fact]
    public void AfterTheLastRoundNothingEndsIt()
    {
        var round = EscalationRound.Of(Alert(steps: 15, rounds: 5), At("2026-12-25T11:00:00Z"), Default, Staff);

        Assert.False(round.Steps);
        Assert.Null(round.NextAt);
        Assert.Equal((15, 5), (round.StepsDone, round.Rounds));
    }

    [Fact]
    public void APolicyThatSaysNothingOfItHasNotSaidThatNobodyNeedAnswer()
    {
        var silent = Default with { Policy = SchoolPolicy.Default with { Escalation = new EscalationPlan([], TimeSpan.FromMinutes(5), 0) } };

        Assert.Equal([Dsl.Id, Deputy.Id], EscalationRound.Of(Alert(), At("2026-11-25T11:00:00Z"), silent, Staff).Tell);
    }

    [Fact]
    public void APolicyCannotGoRoundMoreThanFiveTimes()
    {
        var many = Default with { Policy = SchoolPolicy.Default with { Escalation = SchoolPolicy.Default.Escalation with { Rounds = 50 } } };

        Assert.False(EscalationRound.Of(Alert(steps: 15, rounds: 5), At("2026-11-25T18:00:00Z"), many, Staff).Steps);
    }

    [Fact]
    public void ABreachIsOnTheRecordAtOnceAlsoWhereTheFirstStepComesLater()
    {
        var later = Default with
        {
            Policy = SchoolPolicy.Default with { Escalation = new EscalationPlan([new EscalationStep(TimeSpan.FromMinutes(10), ["head"])], TimeSpan.FromMinutes(30), 2) },
        };
        var now = At("2026-11-25T11:00:00Z");

        var breach = EscalationRound.Of(Alert(), now, later, Staff);
        Assert.True(breach is { Breach: true, Steps: false, Rounds: 1, StepsDone: 0 });
        Assert.Equal(now.AddMinutes(10), breach.NextAt);

        var step = EscalationRound.Of(Alert(rounds: 1), now.AddMinutes(10), later, Staff);
        Assert.True(step is { Breach: false, Steps: true, Rounds: 1, StepsDone: 1 });
        Assert.Equal([Head.Id], step.Tell);
        Assert.Equal(now.AddMinutes(40), step.NextAt);
    }

    [Theory]
    [InlineData(Severity.High, "2026-11-26T08:45:00Z")]
    [InlineData(Severity.Critical, "2026-11-25T16:15:00Z")]
    public void FurtherRoundsOfWhatIsNotCriticalWaitForSchoolHours(Severity severity, string next)
    {
        var round = EscalationRound.Of(Alert(severity, steps: 2, rounds: 1), At("2026-11-25T15:45:00Z"), Default, Staff);

        Assert.Equal(At(next), round.NextAt);
    }

    [Fact]
    public void AServiceThatStoodStillTakesOneStepAndNotAllThatItMissed()
    {
        var now = At("2026-11-25T20:00:00Z");
        var round = EscalationRound.Of(Alert(), now, Default, Staff);

        Assert.Equal(1, round.StepsDone);
        Assert.Equal(now.AddMinutes(15), round.NextAt);
    }

    [Fact]
    public void WhatBecameGraverIsNeverGivenLonger()
    {
        var bound = At("2026-11-25T10:30:00Z");

        Assert.Equal(bound, EscalationRound.Of(Alert(Severity.Critical) with { NoLater = bound }, Ten, Default, Staff).AnswerBy);
    }

    // Nearer than the clock of now, later than it, and none yet.
    [Theory]
    [InlineData("2026-11-25T10:37:00Z", "2026-11-25T10:37:00Z")]
    [InlineData("2026-11-25T12:30:00Z", "2026-11-25T11:00:00Z")]
    [InlineData(null, "2026-11-25T11:00:00Z")]
    public void WhateverCalendarAndPolicySayNowADeadlineThatWasShownComesNearerAtMost(string? shown, string by) =>
        Assert.Equal(At(by), EscalationRound.Of(Alert() with { AnswerBy = shown is null ? null : At(shown) }, Ten, Default, Staff).AnswerBy);

    [Fact]
    public void AClosureThatIsAddedGivesNobodyLonger()
    {
        var closed = CalendarFile.Parse("""
            {"terms":[{"name":"Autumn","first":"2026-09-03","last":"2026-12-18"}],"closures":[{"first":"2026-11-25","last":"2026-12-08","kind":"closed","note":"burst pipe"}]}
            """);
        var shut = Default with { Calendar = SchoolCalendar.ForAnswers(closed, BankHolidays.None, London) };
        var before = EscalationRound.Of(Alert(), Ten, Default, Staff).AnswerBy;

        Assert.Equal(At("2026-11-25T11:00:00Z"), before);
        Assert.Equal(At("2026-12-09T09:45:00Z"), EscalationRound.Of(Alert(), Ten, shut, Staff).AnswerBy);
        Assert.Equal(before, EscalationRound.Of(Alert() with { AnswerBy = before }, Ten, shut, Staff).AnswerBy);
    }

    [Fact]
    public void WhatAChangeWouldDoIsToldByTheSameRule()
    {
        var closed = CalendarFile.Parse("""
            {"terms":[{"name":"Autumn","first":"2026-09-03","last":"2026-12-18"}],"closures":[{"first":"2026-11-25","last":"2026-12-08","kind":"closed"}]}
            """);
        var shut = Default with { Calendar = SchoolCalendar.ForAnswers(closed, BankHolidays.None, London) };
        (Severity, StandingClock)[] running = [(Severity.Critical, new(At("2026-11-25T11:00:00Z"), Ten, null)), (Severity.High, new(At("2026-11-25T15:15:00Z"), Ten, null))];

        Assert.Equal(new ClockChange(2, 0, 2, null), ClockForecast.Of(running, Default, shut));
        Assert.Equal(new ClockChange(2, 0, 0, null), ClockForecast.Of(running, Default, Default));
        (Severity, StandingClock)[] waits = [(Severity.Critical, new(At("2026-12-09T09:45:00Z"), Ten, null))];
        Assert.Equal(new ClockChange(1, 1, 0, At("2026-11-25T11:00:00Z")), ClockForecast.Of(waits, shut, Default));
    }

    [Fact]
    public void ADrillGoesRoundOnce() => Assert.Null(EscalationRound.Of(Alert(steps: 2, rounds: 1) with { Drill = true }, At("2026-11-25T11:30:00Z"), Default, Staff).NextAt);

    [Fact]
    public void NoStepLeavesTheLadderOfTheAlert()
    {
        foreach (var route in new[] { "head", "chair" })
        {
            for (var steps = 0; steps < 3; steps++)
            {
                var alert = new UnansweredAlert(Guid.NewGuid(), About(Severity.Critical, route, Head.Id), Ten, null, steps, steps > 0 ? 1 : 0);
                var tell = EscalationRound.Of(alert, At("2026-11-25T12:00:00Z"), Default, Staff).Tell;

                Assert.NotEmpty(tell);
                Assert.Equal([Chair.Id], tell);
            }
        }
    }

    // Of staff the plan reaches the head alone, of the head the chair alone: whoever that is may simply be away.
    [Theory]
    [InlineData("head", 1, "head")]
    [InlineData("head", 2, "chair head")]
    [InlineData("head", 3, "chair head trust")]
    [InlineData("head", 5, "chair head trust")]
    [InlineData("chair", 1, "chair")]
    [InlineData("chair", 2, "chair trust")]
    [InlineData("chair", 5, "chair trust")]
    [InlineData("dsl", 1, "deputy dsl")]
    [InlineData("dsl", 5, "deputy dsl")]
    public void EachFurtherRoundAsksOneDeskMoreOfTheAlertsOwnLadder(string route, int round, string told)
    {
        var (trust, staff) = Trust();
        var alert = new UnansweredAlert(Guid.NewGuid(), About(Severity.Critical, route), Ten, null, (round - 1) * 3, round - 1);

        Assert.Equal(told, Roles(EscalationRound.Of(alert, At("2026-11-25T12:00:00Z"), trust, staff).Tell, staff));
    }

    [Fact]
    public void APlanThatNamesOnePersonIsWidenedByTheRestOfTheDeskAndThenByTheNext()
    {
        var narrow = Default with
        {
            Policy = SchoolPolicy.Default with
            {
                Escalation = new EscalationPlan([new EscalationStep(TimeSpan.Zero, ["lead@school.example"])], TimeSpan.FromMinutes(30), 5),
                Named = new Dictionary<string, Guid> { ["lead@school.example"] = Dsl.Id },
            },
        };
        string[] told = [.. Enumerable.Range(0, 4).Select(round => Roles(EscalationRound.Of(Alert(steps: round, rounds: round), At("2026-11-25T12:00:00Z"), narrow, Staff).Tell, Staff))];

        Assert.Equal(["dsl", "deputy dsl", "deputy dsl head", "deputy dsl head"], told);
        // A child who asked for help stays with the DSL's desk in every round.
        var help = new UnansweredAlert(Guid.NewGuid(), About(Severity.Critical, audience: Audience.DslOnly), Ten, null, 4, 4);
        Assert.Equal("deputy dsl", Roles(EscalationRound.Of(help, At("2026-11-25T12:00:00Z"), narrow, Staff).Tell, Staff));
    }

    [Fact]
    public void NoRoundTellsWhomItIsAbout()
    {
        var (trust, staff) = Trust();
        for (var steps = 0; steps < 15; steps++)
        {
            foreach (var subject in staff)
            {
                var route = subject.HasAny("head") ? "chair" : "head";
                var alert = new UnansweredAlert(Guid.NewGuid(), About(Severity.Critical, route, subject.Id), Ten, null, steps, (steps + 2) / 3);

                Assert.DoesNotContain(subject.Id, EscalationRound.Of(alert, At("2026-11-25T12:00:00Z"), trust, staff).Tell);
            }
        }
    }

    [Theory]
    [InlineData("2026-11-25T12:00:00Z", "deputy dsl")]
    [InlineData("2026-11-25T20:00:00Z", "deputy dsl head")]
    public void WhoeverIsOnCallIsToldOfABreachOutOfHours(string now, string told)
    {
        var onCall = Default with { Policy = SchoolPolicy.Default with { OutOfHours = new OutOfHours(OutOfHoursChoice.OnCall, ["head"], "") } };

        Assert.Equal(told, Roles(EscalationRound.Of(Alert(), At(now), onCall, Staff).Tell, Staff));
    }

    [Fact]
    public void WhereThePlanReachesNobodyTheNextDeskOfTheLadderStandsIn()
    {
        Assert.Equal([Chair.Id], EscalationRound.Instead(About(Severity.High, "head"), new HashSet<Guid> { Head.Id }, Default, Staff));
        var (trust, staff) = Trust();
        Assert.Equal("trust", Roles(EscalationRound.Instead(About(Severity.High, "chair"), new HashSet<Guid> { Chair.Id }, trust, staff), staff));
    }

    /// <summary>Somebody at the trust, named by the policy, with no role at the school.</summary>
    private static (PolicyInForce Policy, StaffMember[] Staff) Trust()
    {
        var somebody = Member("trust");
        var policy = SchoolPolicy.Default with { Trust = ["t@trust.example"], Named = new Dictionary<string, Guid> { ["t@trust.example"] = somebody.Id } };
        return (Default with { Policy = policy }, [.. Staff, somebody]);
    }

    private static string Roles(IReadOnlyList<Guid> told, StaffMember[] staff) =>
        string.Join(' ', told.Select(id => staff.Single(member => member.Id == id).Roles[0]).Order(StringComparer.Ordinal));

    /// <summary>Whoever was appointed to an empty desk, before and after the clock of what waits there ran out.</summary>
    [Theory]
    [InlineData("2026-11-25T10:05:00Z", 0, 0, "2026-11-25T11:00:00Z")]
    [InlineData("2026-11-25T10:55:00Z", 0, 0, "2026-11-25T11:10:00Z")]
    [InlineData("2026-11-25T13:00:00Z", 15, 5, "2026-11-25T13:15:00Z")]
    public void WhatHasReachedNobodyIsToldAsRaisedWhenSomebodyIsThereAndItsStepsBeginAgain(string now, int steps, int rounds, string next)
    {
        var round = EscalationRound.Of(Alert(steps: steps, rounds: rounds) with { Untold = true }, At(now), Default, Staff);

        Assert.Equal((NotifyCause.Raised, true, false, 0, 0), (round.Cause, round.Steps, round.Breach, round.StepsDone, round.Rounds));
        Assert.Equal([Dsl.Id, Deputy.Id], round.Tell);
        Assert.Equal(At(next), round.NextAt);
    }

    [Fact]
    public void WhereNobodyIsThereYetOrNobodyWhomAMessageReachesItsRoundsGoOn()
    {
        var untold = Alert(steps: 3, rounds: 1) with { Untold = true };

        Assert.Equal((NotifyCause.Unanswered, 4, 2), EscalationRound.Of(untold, At("2026-11-25T13:00:00Z"), Default, [Governor]) is var empty ? (empty.Cause, empty.StepsDone, empty.Rounds) : default);
        Assert.Equal(4, EscalationRound.Of(untold with { Unreachable = [Dsl.Id] }, At("2026-11-25T13:00:00Z"), Default, [Dsl]).StepsDone);
    }

    /// <summary>Three steps a round until now; in the second of five rounds, at its second step or over.</summary>
    [Theory]
    [InlineData(4, 1, "dsl", 2, 2, false)]
    [InlineData(4, 2, "dsl", 3, 2, false)]
    [InlineData(4, 4, "dsl", 5, 2, false)]
    [InlineData(6, 1, "dsl", 3, 3, true)]
    [InlineData(6, 4, "dsl", 9, 3, true)]
    [InlineData(4, 3, "head", 5, 2, false)]
    public void APlanOfAnotherLengthEndsNoRoundEarlyAndLeavesNoneOut(int done, int steps, string first, int then, int rounds, bool breach)
    {
        EscalationStep[] plan = [new(TimeSpan.Zero, ["dsl"]), .. Enumerable.Range(1, steps - 1).Select(step => new EscalationStep(TimeSpan.FromMinutes(15 * step), ["head"]))];
        var imported = Default with { Policy = SchoolPolicy.Default with { Escalation = new EscalationPlan(plan, TimeSpan.FromMinutes(30), 5) } };

        var round = EscalationRound.Of(Alert(steps: done, rounds: 2) with { PlanSteps = 3 }, At("2026-11-25T13:00:00Z"), imported, Staff);

        Assert.Equal((then, rounds, breach, steps), (round.StepsDone, round.Rounds, round.Breach, round.PlanSteps));
        Assert.Contains(first == "dsl" ? Dsl.Id : Head.Id, round.Tell);
    }

    [Fact]
    public void WithNobodyAtAnyDeskTheStepIsTakenAllTheSameSoThatTheRecordSaysIt()
    {
        var round = EscalationRound.Of(Alert(), At("2026-11-25T11:00:00Z"), Default, [Governor, Technician]);

        Assert.True(round is { Breach: true, Steps: true });
        Assert.Empty(round.Tell);
    }

    [Fact]
    public void InPlaceOfSomebodyWhoIsNotReachedTheNextOfThePlanIsToldWhoWasNot()
    {
        Assert.Equal([Deputy.Id], EscalationRound.Instead(About(Severity.High), new HashSet<Guid> { Dsl.Id }, Default, Staff));
        Assert.Equal([Head.Id], EscalationRound.Instead(About(Severity.High), new HashSet<Guid> { Dsl.Id, Deputy.Id }, Default, Staff));
        Assert.Empty(EscalationRound.Instead(About(Severity.High), new HashSet<Guid> { Dsl.Id, Deputy.Id, Head.Id }, Default, Staff));
        // A child who asked for help stays with the DSL's desk.
        Assert.Empty(EscalationRound.Instead(About(Severity.High, audience: Audience.DslOnly), new HashSet<Guid> { Dsl.Id, Deputy.Id }, Default, Staff));
    }
}
